package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Markup.Element;
import dev.banyan.gateway.compare.Markup.Text;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads XML into markup: names with their namespaces, no comments, nothing from outside and no document types. */
final class XmlTree {

    /** Paths as the rules write them: {@code /order/line/@id}. */
    static final MarkupWalk.Paths PATHS = new MarkupWalk.Paths() {
        @Override
        public String root(Element element) {
            return "/" + element.label();
        }

        @Override
        public String child(String parent, Element element) {
            return parent + "/" + element.label();
        }

        @Override
        public String exactChild(String parent, Element element, int nth) {
            return parent + "/" + element.label() + "[" + nth + "]";
        }

        @Override
        public String attribute(String element, String name) {
            return element + "/@" + MarkupWalk.local(name);
        }

        @Override
        public String text(String element) {
            return element;
        }
    };

    private static final XMLInputFactory FACTORY = factory();

    private final XMLStreamReader reader;
    private final Ignored ignored;

    /** What is left out of a tree, and what was. */
    static final class Ignored {
        private final Set<String> paths;
        private final Map<String, List<Object>> contentByPath = new TreeMap<>();

        Ignored(Set<String> paths) {
            this.paths = paths;
        }

        boolean covers(String path) {
            return paths.contains(path);
        }

        /** @param content an element, or the value of an attribute */
        void add(String path, Object content) {
            contentByPath.computeIfAbsent(path, _ -> new ArrayList<>()).add(content);
        }

        List<Object> at(String path) {
            return contentByPath.getOrDefault(path, List.of());
        }
    }

    private XmlTree(XMLStreamReader reader, Ignored ignored) {
        this.reader = reader;
        this.ignored = ignored;
    }

    /** Returns the root element of a document. */
    static Element parse(byte[] body, Ignored ignored) throws XMLStreamException {
        XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(body));
        try {
            while (reader.next() != XMLStreamConstants.START_ELEMENT) {
                // the prolog
            }
            Element root = new XmlTree(reader, ignored).element("", 0);
            while (reader.hasNext()) {
                // What follows the root must be well-formed too.
                reader.next();
            }
            return root;
        } finally {
            reader.close();
        }
    }

    private Element element(String parent, int depth) throws XMLStreamException {
        if (depth > Markup.DEPTH_MAX) {
            throw new XMLStreamException("deeper than " + Markup.DEPTH_MAX);
        }
        QName name = reader.getName();
        String path = parent + "/" + name.getLocalPart();
        var attributes = new TreeMap<String, String>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            QName attribute = reader.getAttributeName(i);
            String at = path + "/@" + attribute.getLocalPart();
            if (ignored.covers(at)) {
                ignored.add(at, reader.getAttributeValue(i));
            } else {
                attributes.put(attribute.toString(), reader.getAttributeValue(i));
            }
        }
        var children = new ArrayList<Markup>();
        var text = new StringBuilder();
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                case XMLStreamConstants.ENTITY_REFERENCE ->
                    text.append('&').append(reader.getLocalName()).append(';');
                case XMLStreamConstants.START_ELEMENT -> {
                    String below = path + "/" + reader.getLocalName();
                    if (ignored.covers(below)) {
                        // The text around it goes on, as if it were not there.
                        ignored.add(below, element(path, depth + 1));
                    } else {
                        addText(text, children);
                        children.add(element(path, depth + 1));
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    addText(text, children);
                    return new Element(
                            name.toString(), name.getLocalPart(), "", true, attributes, List.copyOf(children));
                }
                default -> {
                    // Comments and instructions, which part no text.
                }
            }
        }
    }

    private static void addText(StringBuilder text, List<Markup> children) {
        String whole = text.toString();
        if (!whole.isBlank()) {
            children.add(new Text(whole));
        }
        text.setLength(0);
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }
}
