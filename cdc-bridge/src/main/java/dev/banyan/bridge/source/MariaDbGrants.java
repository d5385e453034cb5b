package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a user may do, as {@code SHOW GRANTS} prints it; rights to single columns do not count. */
final class MariaDbGrants {

    private static final String NAME = "(`(?:[^`]|``)*`|[^`\\s.]+)";
    private static final Pattern LINE =
            Pattern.compile("GRANT (.+?) ON (?:TABLE )?" + NAME + "\\." + NAME + " TO .*", Pattern.DOTALL);

    private record Grant(Set<String> privileges, String database, String table) {

        boolean has(String privilege) {
            return privileges.contains(privilege)
                    || privileges.contains("ALL PRIVILEGES")
                    || (privilege.equals("BINLOG MONITOR") && privileges.contains("REPLICATION CLIENT"));
        }

        boolean isGlobal() {
            return database.equals("*") && table.equals("*");
        }

        boolean covers(TableId id) {
            return isGlobal()
                    || (isLike(database, id.schema())
                            && (table.equals("*") || bare(table).equals(id.name())));
        }

        private static String bare(String name) {
            return name.startsWith("`") ? name.substring(1, name.length() - 1).replace("``", "`") : name;
        }

        /** In the name of a database {@code %} and {@code _} stand for others, unless a backslash stands before them. */
        private static boolean isLike(String pattern, String name) {
            var regex = new StringBuilder();
            var text = bare(pattern);
            for (var i = 0; i < text.length(); i++) {
                var at = text.charAt(i);
                if (at == '\\' && i + 1 < text.length()) {
                    regex.append(Pattern.quote(text.substring(i + 1, i + 2)));
                    i++;
                } else {
                    regex.append(at == '%' ? ".*" : at == '_' ? "." : Pattern.quote(String.valueOf(at)));
                }
            }
            return name.matches(regex.toString());
        }
    }

    private final List<Grant> grants = new ArrayList<>();

    MariaDbGrants(List<String> lines) {
        for (var line : lines) {
            var parts = LINE.matcher(line);
            if (parts.matches()) {
                grants.add(new Grant(Set.of(parts.group(1).split(", ")), parts.group(2), parts.group(3)));
            }
        }
    }

    boolean hasGlobal(String privilege) {
        return grants.stream().anyMatch(grant -> grant.isGlobal() && grant.has(privilege));
    }

    boolean has(String privilege, TableId table) {
        return grants.stream().anyMatch(grant -> grant.covers(table) && grant.has(privilege));
    }
}
