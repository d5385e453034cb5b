package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.RuleTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The outcome of rule tests in the form that build servers read. */
final class JunitXml {

    private JunitXml() {}

    static void write(Path file, RuleTests ran) {
        long failed = ran.outcomes().stream().filter(each -> !each.passed()).count();
        try (var out = Files.newBufferedWriter(file)) {
            var xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "banyan rules");
            xml.writeAttribute("tests", String.valueOf(ran.outcomes().size()));
            xml.writeAttribute("failures", String.valueOf(failed));
            for (var outcome : ran.outcomes()) {
                testCase(xml, outcome);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (IOException | XMLStreamException e) {
            throw new CommandFailed(file + ": not written: " + e, e);
        }
    }

    private static void testCase(XMLStreamWriter xml, RuleTests.Outcome outcome) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", outcome.test().place().toString());
        xml.writeAttribute("name", TestCommand.title(outcome));
        if (!outcome.passed()) {
            xml.writeStartElement("failure");
            xml.writeAttribute(
                    "message",
                    outcome.mismatches().stream()
                            .map(RuleTests.Mismatch::toString)
                            .collect(Collectors.joining("; ")));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }
}
