package dev.banyan.cli.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LegacyRowsTest {

    private static final LocalDateTime LEFT_OUT = LocalDateTime.parse("2021-03-14T02:39:00");

    /** One row, whose every time is one that clocks in New York left out; read as a driver does that asks the machine's zone. */
    private static @Nullable Object answer(String method, Object[] arguments, int[] rows) {
        return switch (method) {
            case "next" -> rows[0]++ == 0;
            case "getTimestamp" -> Timestamp.valueOf(LEFT_OUT);
            case "getObject" -> LEFT_OUT;
            case "getString" -> arguments[0].equals("grp_cd") ? "P" : "Y";
            case "getInt" -> 1;
            default -> null;
        };
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(LegacyRowsTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void aTimeIsThatOfTheShopWhateverTheClocksOfThisMachineLeaveOut() throws SQLException {
        var zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        try {
            var rows = fake(ResultSet.class, new InvocationHandler() {
                private final int[] read = new int[1];

                @Override
                public @Nullable Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
                    return answer(method.getName(), arguments, read);
                }
            });
            var statement = fake(
                    Statement.class,
                    (proxy, method, arguments) -> method.getName().equals("executeQuery") ? rows : null);
            var legacy = fake(Connection.class, (proxy, method, arguments) -> statement);
            assertThat(LegacyRows.customers(legacy).get("customer/1"))
                    .asString()
                    .contains("\"registeredAt\":\"2021-03-14T01:39:00Z\"");
        } finally {
            TimeZone.setDefault(zone);
        }
    }
}
