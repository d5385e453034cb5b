package dev.banyan.gateway.compare;

import com.google.re2j.Pattern;
import dev.banyan.gateway.compare.Body.Decoded;
import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.rules.Compare;
import java.nio.charset.Charset;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.xml.stream.XMLStreamException;
import org.jsoup.nodes.Document;
import org.jsoup.select.Evaluator;
import org.jsoup.select.Selector.SelectorParseException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compares two bodies by what they hold, with the rules that hold on one day. */
final class Bodies {

    private final Redaction redaction;
    private final JsonRules jsonRules;
    private final Map<String, Evaluator> ignoredSelectors = new LinkedHashMap<>();
    private final Set<String> ignoredXml = new LinkedHashSet<>();
    private final Map<String, Pattern> ignoredText = new LinkedHashMap<>();

    Bodies(Compare compare, Redaction redaction, LocalDate today) {
        this.redaction = redaction;
        this.jsonRules = new JsonRules(compare.json(), redaction, today);
        inForce(compare.html().ignore(), today).forEach(each -> ignoredSelectors.put(each, evaluator(each)));
        ignoredXml.addAll(inForce(compare.xmlIgnore(), today));
        inForce(compare.textIgnore(), today).forEach(each -> ignoredText.put(each, Pattern.compile(each)));
    }

    private static List<String> inForce(List<Compare.Ignored> ignored, LocalDate today) {
        return ignored.stream()
                .filter(each -> each.expires() == null || today.isBefore(each.expires()))
                .map(Compare.Ignored::place)
                .toList();
    }

    private static Evaluator evaluator(String selector) {
        try {
            return org.jsoup.select.Selector.evaluatorOf(selector);
        } catch (SelectorParseException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "compare.html.ignore.selector: \"" + selector + "\" (expected: a CSS selector)", e);
        }
    }

    /** Files in {@code found} how two bodies differ; returns why they cannot be compared, or null. */
    @Nullable
    NotComparable compare(Decoded baseline, Decoded candidate, HtmlTree tree, Found found) {
        if (Arrays.equals(baseline.bytes(), candidate.bytes())) {
            return null;
        }
        if (baseline.media() == Media.EMPTY || candidate.media() == Media.EMPTY) {
            Kind kind = candidate.media() == Media.EMPTY ? Kind.REMOVED : Kind.ADDED;
            found.add(Part.BODY, kind, "body", described(baseline), described(candidate));
            return null;
        }
        if (baseline.media() != candidate.media()) {
            found.add(Part.BODY, Kind.TYPE, "body", described(baseline), described(candidate));
            return null;
        }
        switch (baseline.media()) {
            case JSON -> {
                return json(baseline, candidate, tree, found);
            }
            case XML -> xml(baseline, candidate, tree, found);
            case HTML, FORM, TEXT -> text(baseline, candidate, tree, found);
            case BINARY, EMPTY ->
                found.add(
                        Part.BINARY,
                        Kind.VALUE,
                        "body",
                        Binary.description(baseline.bytes()),
                        Binary.description(candidate.bytes()));
        }
        return null;
    }

    private void text(Decoded baseline, Decoded candidate, HtmlTree tree, Found found) {
        boolean hidden = redaction.cannotFindItsPlacesIn(baseline) || redaction.cannotFindItsPlacesIn(candidate);
        if (baseline.media() == Media.HTML && !hidden) {
            Charset unsaid = HtmlTree.unsaid(baseline, candidate);
            html(HtmlTree.parse(baseline, unsaid), HtmlTree.parse(candidate, unsaid), tree, found);
            return;
        }
        Body.Texts texts = Body.Texts.of(baseline, candidate);
        if (baseline.media() == Media.FORM && !hidden) {
            Forms.compare(texts.baseline(), texts.candidate(), redaction, found);
        } else {
            UnaryOperator<String> shown = hidden ? _ -> Redaction.HIDDEN : redaction::text;
            new Lines(ignoredText, shown, found).compare(texts.baseline(), texts.candidate());
        }
    }

    private static String described(Decoded body) {
        String name = body.media().name().toLowerCase(java.util.Locale.ROOT);
        return body.media() == Media.EMPTY ? name : name + ", " + body.bytes().length + " bytes";
    }

    private @Nullable NotComparable json(Decoded baseline, Decoded candidate, HtmlTree tree, Found found) {
        JsonDocuments.Parsed left = JsonDocuments.parse(baseline.bytes());
        JsonDocuments.Parsed right = JsonDocuments.parse(candidate.bytes());
        if (left.beyondLimits() || right.beyondLimits()) {
            return new NotComparable(
                    Reason.LIMIT,
                    "json of the " + (left.beyondLimits() ? "baseline" : "candidate") + ": deeper than "
                            + JsonDocuments.DEPTH_MAX + ", or a number of more than " + JsonDocuments.NUMBER_CHARS_MAX
                            + " characters");
        }
        if (left.node() != null && right.node() != null) {
            return JsonWalk.compare(left.node(), right.node(), jsonRules, redaction, found);
        }
        unparsed("json", left.node() != null, right.node() != null, baseline, candidate, tree, found);
        return null;
    }

    /* If neither can be read as what it says it is, it may still be the same text. */
    private void unparsed(
            String format,
            boolean left,
            boolean right,
            Decoded baseline,
            Decoded candidate,
            HtmlTree tree,
            Found found) {
        if (left || right) {
            String readable = "readable " + format;
            String broken = "no readable " + format;
            found.add(Part.BODY, Kind.TYPE, "body", left ? readable : broken, right ? readable : broken);
        } else {
            found.note("neither body is readable " + format + ": compared as text");
            text(baseline, candidate, tree, found);
        }
    }

    private void xml(Decoded baseline, Decoded candidate, HtmlTree tree, Found found) {
        var ignoredLeft = new XmlTree.Ignored(ignoredXml);
        var ignoredRight = new XmlTree.Ignored(ignoredXml);
        Markup.Element left = xml(baseline, ignoredLeft);
        Markup.Element right = xml(candidate, ignoredRight);
        if (left == null || right == null) {
            unparsed("xml", left != null, right != null, baseline, candidate, tree, found);
            return;
        }
        for (String path : ignoredXml) {
            use(path, path, ignoredLeft.at(path), ignoredRight.at(path), found);
        }
        new MarkupWalk(Part.XML, XmlTree.PATHS, redaction, found).compare(left, right);
    }

    private static Markup.@Nullable Element xml(Decoded body, XmlTree.Ignored ignored) {
        try {
            return XmlTree.parse(body.bytes(), ignored);
        } catch (XMLStreamException e) {
            return null;
        }
    }

    private void html(Document baseline, Document candidate, HtmlTree tree, Found found) {
        ignoredSelectors.forEach((selector, evaluator) -> use(
                selector, selector, takeOut(baseline, evaluator, tree), takeOut(candidate, evaluator, tree), found));
        new MarkupWalk(Part.HTML, HtmlTree.PATHS, redaction, found).compare(tree.root(baseline), tree.root(candidate));
    }

    private static List<Markup> takeOut(Document document, Evaluator evaluator, HtmlTree tree) {
        var content = new ArrayList<Markup>();
        for (org.jsoup.nodes.Element each : document.select(evaluator)) {
            // In the order of the page: what lies within one that fits has gone with it.
            if (each.ownerDocument() != null) {
                content.add(tree.element(each));
                each.remove();
            }
        }
        return content;
    }

    private static void use(String rule, String path, List<?> left, List<?> right, Found found) {
        if (!left.equals(right)) {
            found.hidden(rule, path, left.size() > right.size() ? Kind.ITEM_REMOVED : Kind.VALUE);
        } else if (!left.isEmpty()) {
            found.covered(rule, path);
        }
    }

    /** Returns a body as evidence keeps it: readable, without secrets, at most {@code charsMax} characters. */
    String shown(Decoded body, HtmlTree tree, int charsMax) {
        boolean hidden = redaction.cannotFindItsPlacesIn(body);
        JsonNode node = hidden || body.media() == Media.JSON
                ? JsonDocuments.parse(body.bytes()).node()
                : null;
        if (node != null) {
            return JsonText.of(node, JsonSpot.root(jsonRules, redaction), charsMax);
        }
        if (hidden) {
            return Binary.description(body.bytes());
        }
        String whole =
                switch (body.media()) {
                    case EMPTY -> "";
                    case BINARY -> Binary.description(body.bytes());
                    case HTML ->
                        MarkupText.of(tree.root(HtmlTree.parse(body, HtmlTree.unsaid(body))), redaction, charsMax);
                    case XML -> {
                        Markup.Element root = xml(body, new XmlTree.Ignored(Set.of()));
                        yield root == null
                                ? redaction.withoutSecrets(body.text(), charsMax + 1)
                                : MarkupText.of(root, redaction, charsMax);
                    }
                    case FORM -> Forms.shown(body.text(), redaction);
                    case JSON, TEXT -> redaction.withoutSecrets(body.text(), charsMax + 1);
                };
        return whole.length() <= charsMax ? whole : whole.substring(0, charsMax) + "...";
    }
}
