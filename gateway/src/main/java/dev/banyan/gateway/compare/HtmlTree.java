package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Markup.Element;
import dev.banyan.gateway.compare.Markup.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTML into markup as a browser would, without what is anew on every page: tokens against forged requests, nonces,
 * session ids, fingerprints of assets; and without what nobody sees: comments, white space, the order of attributes.
 */
final class HtmlTree {

    /** Paths as CSS selectors. */
    static final MarkupWalk.Paths PATHS = new MarkupWalk.Paths() {
        @Override
        public String root(Element element) {
            return element.label();
        }

        @Override
        public String child(String parent, Element element) {
            return (parent.equals("html") ? "" : parent + " > ") + element.label();
        }

        @Override
        public String exactChild(String parent, Element element, int nth) {
            boolean alone = parent.equals("html");
            return (alone ? "" : parent + " > ") + element.label() + (alone ? "" : ":nth-of-type(" + nth + ")");
        }

        @Override
        public String attribute(String element, String name) {
            return element + "[" + name + "]";
        }

        @Override
        public String text(String element) {
            return element;
        }
    };

    private static final Set<String> TOKEN_NAMES = Set.of(
            "_csrf",
            "_token",
            "__eventvalidation",
            "__requestverificationtoken",
            "__viewstate",
            "authenticity_token",
            "csrf",
            "csrf-token",
            "csrf_token",
            "csrfmiddlewaretoken",
            "form_build_id",
            "form_token",
            "javax.faces.viewstate",
            "jakarta.faces.viewstate",
            "org.apache.struts.taglib.html.token",
            "struts.token",
            "xsrf-token");
    private static final Set<String> NEVER = Set.of("nonce", "integrity", "crossorigin");
    private static final Set<String> URL_ATTRIBUTES =
            Set.of("action", "background", "cite", "data", "formaction", "href", "poster", "src");
    private static final Set<String> BOOLEAN_ATTRIBUTES = Set.of(
            "async",
            "autofocus",
            "checked",
            "defer",
            "disabled",
            "hidden",
            "multiple",
            "novalidate",
            "open",
            "readonly",
            "required",
            "selected");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z_-]+");
    private static final Set<String> CONTROLS = Set.of("button", "form", "input", "select", "textarea");

    private final Origins origins;
    private final Set<String> ignoredAttributes;

    HtmlTree(Origins origins, List<String> ignoredAttributes) {
        this.origins = origins;
        this.ignoredAttributes = Set.copyOf(ignoredAttributes);
    }

    /**
     * Returns the charset of pages that say none: UTF-8 if all that are compared are that, else what browsers take, so that umlauts which
     * only one of them shows are a difference.
     */
    static Charset unsaid(Body.Decoded... compared) {
        boolean utf8 =
                Arrays.stream(compared).allMatch(each -> charset(each) != null || Media.text(each.bytes(), "") != null);
        return utf8 ? StandardCharsets.UTF_8 : Charset.forName("windows-1252");
    }

    /** Returns the document of a body, as jsoup has it, in {@code unsaid} where neither header nor page nor its first bytes name a charset. */
    static Document parse(Body.Decoded body, Charset unsaid) {
        String said = charset(body);
        Document document = parse(body.bytes(), said);
        boolean guessed = said == null
                && document.charset().equals(StandardCharsets.UTF_8)
                && !startsWithItsMark(body.bytes())
                && document.selectFirst("meta[charset], meta[http-equiv=content-type][content*=charset]") == null;
        return guessed && !unsaid.equals(StandardCharsets.UTF_8) ? parse(body.bytes(), unsaid.name()) : document;
    }

    private static boolean startsWithItsMark(byte[] bytes) {
        return bytes.length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
    }

    private static Document parse(byte[] bytes, @Nullable String charset) {
        try {
            return Jsoup.parse(
                    new ByteArrayInputStream(bytes),
                    charset,
                    "",
                    Parser.htmlParser().setMaxDepth(Markup.DEPTH_MAX));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String charset(Body.Decoded body) {
        String name = Media.charsetName(body.contentType());
        try {
            return name != null && Charset.isSupported(name) ? name : null;
        } catch (IllegalCharsetNameException e) {
            return null;
        }
    }

    /** Returns the root element of a document. */
    Element root(Document document) {
        org.jsoup.nodes.Element root = document.firstElementChild();
        return element(root == null ? document : root);
    }

    /** Returns an element and what lies below it. */
    Element element(org.jsoup.nodes.Element element) {
        Map<String, String> attributes = attributes(element);
        var children = new ArrayList<Markup>();
        var text = new StringBuilder();
        for (Node child : element.childNodes()) {
            switch (child) {
                case org.jsoup.nodes.Element below -> {
                    addText(text, children);
                    children.add(element(below));
                }
                case TextNode more -> text.append(more.getWholeText());
                case DataNode data -> text.append(data.getWholeData());
                default -> {
                    // Comments and declarations, which part no text.
                }
            }
        }
        addText(text, children);
        String name = element.normalName();
        return new Element(
                name,
                label(name, attributes),
                attributes.getOrDefault("name", attributes.getOrDefault("id", "")),
                CONTROLS.contains(name) && (name.equals("form") || attributes.containsKey("name")),
                attributes,
                List.copyOf(children));
    }

    private static void addText(StringBuilder text, List<Markup> children) {
        String collapsed = Markup.collapsed(text.toString());
        if (!collapsed.isEmpty()) {
            children.add(new Text(collapsed));
        }
        text.setLength(0);
    }

    private Map<String, String> attributes(org.jsoup.nodes.Element element) {
        var attributes = new TreeMap<String, String>();
        for (Attribute attribute : element.attributes()) {
            String name = attribute.getKey().toLowerCase(Locale.ROOT);
            if (!NEVER.contains(name) && !ignoredAttributes.contains(name)) {
                attributes.put(name, value(name, attribute.getValue()));
            }
        }
        String name = attributes.getOrDefault("name", "").toLowerCase(Locale.ROOT);
        if (TOKEN_NAMES.contains(name)) {
            attributes.replace("value", "");
            attributes.replace("content", "");
        }
        if (attributes.getOrDefault("class", "?").isEmpty()) {
            attributes.remove("class");
        }
        return attributes;
    }

    private String value(String name, String value) {
        if (BOOLEAN_ATTRIBUTES.contains(name)) {
            return "";
        }
        if (name.equals("class")) {
            return String.join(
                    " ", new TreeSet<>(List.of(Markup.collapsed(value).split(" ", -1))));
        }
        if (name.equals("srcset")) {
            return Arrays.stream(value.split(",", -1))
                    .map(this::image)
                    .reduce((left, right) -> left + ", " + right)
                    .orElse("");
        }
        return URL_ATTRIBUTES.contains(name) ? Urls.normal(value, origins) : Markup.collapsed(value);
    }

    /* A URL, and perhaps for which screens it is. */
    private String image(String candidate) {
        String[] parts = Markup.collapsed(candidate).split(" ", 2);
        return Urls.normal(parts[0], origins) + (parts.length < 2 ? "" : " " + parts[1]);
    }

    /* Ids and classes with digits name one of many. */
    private static String label(String name, Map<String, String> attributes) {
        var label = new StringBuilder(name);
        String id = attributes.getOrDefault("id", "");
        if (isWord(id)) {
            label.append('#').append(id);
        }
        for (String each : attributes.getOrDefault("class", "").split(" ", -1)) {
            if (isWord(each)) {
                label.append('.').append(each);
            }
        }
        return label.toString();
    }

    private static boolean isWord(String text) {
        return WORD.matcher(text).matches();
    }
}
