package dev.banyan.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeamTest {

    private static final Origin LEGACY = Origin.of(URI.create("https://old.internal:8443"));
    private static final Seam SEAM = new Seam(Origin.of(URI.create("http://shop.test:8080")), Set.of(LEGACY), LEGACY);

    @ParameterizedTest
    @CsvSource(textBlock = """
                    /login,                              /login
                    login,                               login
                    https://old.internal:8443/a?b=c,     http://shop.test:8080/a?b=c
                    https://OLD.internal:8443,           http://shop.test:8080
                    //old.internal:8443/a,               //shop.test:8080/a
                    https://shop.test:8080/a,            http://shop.test:8080/a
                    https://sso.example/login?to=https://old.internal:8443/, https://sso.example/login?to=https://old.internal:8443/
                    https://old.internal:8443@evil.test/, https://old.internal:8443@evil.test/
                    https://old.internal.evil.test/,     https://old.internal.evil.test/
                    """)
    void onlyLinksThatNameABackendAreMended(String location, String expected) {
        assertThat(SEAM.mendLocation(location)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    http://shop.test,      https://shop.test/a,     https://shop.test/a
                    http://shop.test,      http://shop.test/a,      http://shop.test/a
                    http://shop.test:8080, https://shop.test/a,     https://shop.test/a
                    https://shop.test,     http://shop.test/a,      https://shop.test/a
                    https://shop.test,     http://shop.test:8080/a, http://shop.test:8080/a
                    http://shop.test,      https://old.internal:8443/a, http://shop.test/a
                    """)
    void peopleAreSentToHttpsAndNeverBack(String asked, String location, String expected) {
        assertThat(new Seam(Origin.of(URI.create(asked)), Set.of(LEGACY), LEGACY).mendLocation(location))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a=1; Path=/                                  | a=1; Path=/
                    a=1; Domain=old.internal; Path=/             | a=1; Path=/
                    a=1; Domain=.internal; Path=/                | a=1; Path=/
                    a=1; Domain=shop.test                        | a=1; Domain=shop.test
                    a=1; Domain=other.example                    | a=1; Domain=other.example
                    a=1; Domain = old.internal ; Path=/          | a=1; Path=/
                    a=1; SECURE=; Same-Site=None; samesite = None | a=1; Same-Site=None
                    a=1; Path=/; Secure; HttpOnly; SameSite=None | a=1; Path=/; HttpOnly
                    a=1; Secure; SameSite=None; Partitioned      | a=1
                    """)
    void cookiesAreMadeForTheNamePeopleType(String cookie, String expected) {
        assertThat(SEAM.mendCookie(cookie)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    <https://old.internal:8443/b?p=2>; rel="next"      | <http://shop.test:8080/b?p=2>; rel="next"
                    <https://old.internal:8443/b>;rel=next,</c>, <//old.internal:8443/d> ; rel="a, <b" | <http://shop.test:8080/b>;rel=next,</c>, <//shop.test:8080/d> ; rel="a, <b"
                    , <https://old.internal:8443/?a=1,2;3>,,           | , <http://shop.test:8080/?a=1,2;3>,,
                    <https://old.internal:8443/a>; title="a \\" > , "  | <http://shop.test:8080/a>; title="a \\" > , "
                    </a>; rel=preload                                  | </a>; rel=preload
                    <https://cdn.example/a>; rel=preload               | <https://cdn.example/a>; rel=preload
                    <https://cdn.example/?to=https://old.internal:8443/> | <https://cdn.example/?to=https://old.internal:8443/>
                    <https://old.internal:8443/b>, https://old.internal:8443/c | <https://old.internal:8443/b>, https://old.internal:8443/c
                    <https://old.internal:8443/b                       | <https://old.internal:8443/b
                    <https://old.internal:8443/b> rel=next             | <https://old.internal:8443/b> rel=next
                    <https://old.internal:8443/b>; title="open         | <https://old.internal:8443/b>; title="open
                    """)
    void theUrlOfEachLinkIsMendedWhereAllOfThemCanBeRead(String links, String expected) {
        assertThat(SEAM.mendLink(links)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    5; url=https://old.internal:8443/x         | 5; url=http://shop.test:8080/x
                    5                                          | 5
                    5;                                         | 5;
                    0; https://old.internal:8443/x             | 0; http://shop.test:8080/x
                    0 https://old.internal:8443/x              | 0 http://shop.test:8080/x
                    0.5 , URL = https://old.internal:8443/x    | 0.5 , URL = http://shop.test:8080/x
                    0;url="https://old.internal:8443/x"        | 0;url="http://shop.test:8080/x"
                    0;url='https://old.internal:8443/x' ; more | 0;url='http://shop.test:8080/x' ; more
                    0;url="https://old.internal:8443/x         | 0;url="http://shop.test:8080/x
                    0;url="                                    | 0;url="
                    0;url=/x?url=https://old.internal:8443/    | 0;url=/x?url=https://old.internal:8443/
                    0;urls                                     | 0;urls
                    0https://old.internal:8443/x               | 0https://old.internal:8443/x
                    url=https://old.internal:8443/x            | url=https://old.internal:8443/x
                    """)
    void aRefreshIsReadAsBrowsersDo(String refresh, String expected) {
        assertThat(SEAM.mendRefresh(refresh)).isEqualTo(expected);
    }

    /** And nobody else's, however many slashes a backend has behind its name. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    https://old.internal:8443/a?b=c       | /a?b=c
                    https://old.internal:8443             | /
                    https://old.internal:8443?b           | /?b
                    //old.internal:8443/a                 | /a
                    https://old.internal:8443//evil.test/ | /.//evil.test/
                    https://old.internal:8443/\\evil.test | /./\\evil.test
                    https://old.internal:8443\\\\evil.test | /.\\\\evil.test
                    https://sso.example/                  | https://sso.example/
                    """)
    void whoAskedForNoHostIsToldThePathAlone(String location, String expected) {
        var nameless = new Seam(Origin.ofHost("http", ""), Set.of(LEGACY), LEGACY);
        assertThat(nameless.mendLocation(location)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    public, max-age=60    | private, max-age=60
                    private, max-age=60   | private, max-age=60
                    no-store              | no-store
                    s-maxage=9, no-cache  | private, no-cache
                    private="x"           | private
                    """)
    void aSplitReplyIsNotShared(String before, String after) {
        assertThat(CacheControl.unshared(List.of(before))).isEqualTo(after);
    }

    @Test
    void aReplyWithoutCacheControlBecomesPrivateWhenSplit() {
        assertThat(CacheControl.unshared(List.of())).isEqualTo("private");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    shop.test     | true
                    shop.test:80  | true
                    [::1]:8080    | true
                    10.0.0.1      | true
                    shop test     | false
                    a@b           | false
                    a/b           | false
                    [::1          | false
                    [::1]         | true
                    [::1]:        | true
                    [2001:DB8::7] | true
                    [::ffff:10.0.0.1]:80 | true
                    [1:2:3:4:5:6:7:8] | true
                    shop.test:    | true
                    [shop.test]   | false
                    [zz]          | false
                    [:::]         | false
                    [1]           | false
                    [10.0.0.1]    | false
                    [1::2::3]     | false
                    [1:2:3:4:5:6:7] | false
                    [1:2:3:4:5:6:7:8:9] | false
                    [12345::]     | false
                    [::1.2.3]     | false
                    [fe80::1%eth0] | false
                    [[::1]]       | false
                    [[::1]        | false
                    []            | false
                    [::1]80       | false
                    [::1]:x       | false
                    ::1           | false
                    a:b           | false
                    :80           | false
                    """)
    void aHostIsANameOrAddressWithAPort(String host, boolean valid) {
        assertThat(Framing.isHost(host)).isEqualTo(valid);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /a?b={c}  | /a?b=%7Bc%7D
                    /a%zz     | /a%25zz
                    /a[1]?b[] | /a%5B1%5D?b[]
                    /plain    | /plain
                    """)
    void theFrameworkGetsATargetItCanRead(String target, String expected) {
        assertThat(Target.forJava(target)).isEqualTo(expected);
        assertThat(URI.create("http://h" + Target.forJava(target))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /a                  | shop.test      | true
                    http://shop.test/a  | shop.test      | true
                    http://Shop.Test/a  | shop.test      | true
                    http://shop.test:80/a | shop.test    | true
                    http://shop.test:/a | shop.test      | true
                    http://shop.test/a  | shop.test:80   | true
                    https://shop.test:443 | shop.test    | true
                    http://[::1]:80/a   | [::1]          | true
                    http://shop.test:443/a | shop.test   | false
                    https://shop.test:80/a | shop.test   | false
                    http://shop.test:8080/a | shop.test  | false
                    http://shop.test/a  | shop.test:8080 | false
                    http://x@shop.test/a | shop.test     | false
                    http://shop.test:80:80/a | shop.test | false
                    http://other.test/a | shop.test      | false
                    http://shop.test/a  | ''             | false
                    http:///a           | ''             | false
                    http://:80/a        | ''             | false
                    """)
    void aUrlNamesTheHostThatIsAskedFor(String target, String host, boolean same) {
        assertThat(Target.refusal(target, host) == null).isEqualTo(same);
    }

    @Test
    void namesOfProxyHeadersAreKnownInAnyCase() {
        var headers = ProxyHeaders.with(List.of("X-Tenant"));
        assertThat(List.of(
                        "x-TENANT",
                        "x-REMOTE-user",
                        "Remote-User",
                        "X-Forwarded",
                        "X-Forwarded-Whatever",
                        "FORWARDED",
                        "x.remote+user",
                        "X!Real~IP",
                        "Client.Cert",
                        "proxy"))
                .allMatch(headers::contain);
        assertThat(List.of(
                        "x-tenants",
                        "x-forwardedly",
                        "x-remote",
                        "remote",
                        "x-auth-token",
                        "xxremote-user",
                        "x-realsip",
                        "x-real-iq",
                        "forwardeD-by",
                        "proxy-authorization",
                        "Accept",
                        "x",
                        "",
                        "1",
                        "\u00e9"))
                .noneMatch(headers::contain);
        assertThat(ProxyHeaders.USUAL.contain("X-Tenant")).isFalse();
    }

    @Test
    void networksAreReadAndCoverWhatTheySay() throws Exception {
        var trusted = TrustedPeers.of(List.of("10.0.0.0/8", "::1"));
        assertThat(trusted.covers(java.net.InetAddress.ofLiteral("10.9.8.7"))).isTrue();
        assertThat(trusted.covers(java.net.InetAddress.ofLiteral("11.0.0.1"))).isFalse();
        assertThat(trusted.covers(java.net.InetAddress.ofLiteral("::1"))).isTrue();
    }
}
