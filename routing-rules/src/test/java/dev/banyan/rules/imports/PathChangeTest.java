package dev.banyan.rules.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a path becomes is what Spring's own filters make of it, or it is refused. */
final class PathChangeTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /red/?(?<s>.*)    | /$\\{s}        | /red
            /red/?(?<s>.*)    | /$\\{s}        | /red/
            /red/?(?<s>.*)    | /$\\{s}        | /red/x
            /red/?(?<s>.*)    | /blue/$\\{s}   | /red
            /red/?(?<s>.*)    | /blue/$\\{s}   | /red/
            /red/?(?<s>.*)    | /blue/${s}     | /red/x/
            /red/(?<s>.*)     | /blue/$\\{s}   | /red/x
            /red/(?<s>.*)     | /blue/$\\{s}   | /red/
            ^/red(?<s>/?.*)   | /blue$\\{s}    | /red
            ^/red(?<s>/?.*)   | /blue$\\{s}    | /red/x
            ^/red(?<s>.*)$    | /blue$\\{s}    | /red/x
            /red(?<s>/?.*)    | $\\{s}         | /red/x
            /(?<s>.*)         | /blue/$\\{s}   | /red/x
            /(?<s>.*)         | /blue/$\\{s}   | /
            """)
    void aRewriteMakesOfAPathWhatItsExpressionDoes(String regex, String replacement, String path) {
        String spring = path.replaceAll(regex, replacement.replace("$\\", "$"));
        assertThat(PathChange.rewrite(regex, replacement).apply(path)).isEqualTo(spring);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /red/?(?<s>.*)    | /blue$\\{s}
            /red/(?<s>.*)     | $\\{s}
            /red(?<s>.*)      | /$\\{s}
            /red(?<s>/?.*)    | /blue/$\\{s}
            /red/(?<s>.*)     | /blue/$\\{t}
            /red/(?<s>[a-z]*) | /blue/$\\{s}
            """)
    void aRewriteThatIsNoOtherBeginningIsRefused(String regex, String replacement) {
        assertThatThrownBy(() -> PathChange.rewrite(regex, replacement)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"/app, /, /app/", "/app/, /x, /app/x", "/, /x, /x"})
    void aPrefixStandsBeforeTheWholePath(String prefix, String path, String expected) {
        assertThat(PathChange.prepend(prefix).apply(path)).isEqualTo(expected);
    }
}
