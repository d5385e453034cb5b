package dev.banyan.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In how many ways a host can be spelled that no rule may lead to, and which hosts only look like one. */
class AddressSpellingsTest {

    private static final int OWN_PORT = 4711;

    /** Each is asked for at the gateway's own port. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    127.0.0.1                 | itself
                    127.0.0.2                 | itself
                    127.255.255.254           | itself
                    0.0.0.0                   | itself
                    localhost                 | itself
                    LOCALHOST                 | itself
                    LocalHost                 | itself
                    localhost.                | itself
                    LocalHost.                | itself
                    admin.localhost           | itself
                    Admin.LocalHost.          | itself
                    [::1]                     | itself
                    [0:0:0:0:0:0:0:1]         | itself
                    [0000:0000::0001]         | itself
                    [::0.0.0.1]               | itself
                    [::]                      | itself
                    [::0]                     | itself
                    [0::0]                    | itself
                    [::1%lo]                  | itself
                    [::1%1]                   | itself
                    [::ffff:127.0.0.1]        | itself
                    [::FFFF:127.0.0.1]        | itself
                    [::ffff:7f00:1]           | itself
                    [0:0:0:0:0:ffff:7f00:0001] | itself
                    [::ffff:0.0.0.0]          | itself
                    [::ffff:0:127.0.0.1]      | itself
                    [::127.0.0.1]             | itself
                    [::7f00:1]                | itself
                    [64:ff9b::127.0.0.1]      | itself
                    [64:ff9b::7f00:1]         | itself
                    [64:FF9B:0:0:0:0:7F00:1]  | itself
                    [64:ff9b::0.0.0.0]        | itself
                    [64:ff9b:1::127.0.0.1]    | itself
                    [64:ff9b:1:7f00:0:100::]  | itself
                    [2002:7f00:1::]           | itself
                    [2002:7f00:0001::1]       | itself
                    [2001:0:1:1:0:0:80ff:fffe] | itself
                    [2001:0:7f00:1::]         | itself
                    [2001:db8::5efe:127.0.0.1] | itself
                    [2001:db8::200:5efe:7f00:1] | itself
                    2130706433                | to some
                    02130706433               | to some
                    0x7f000001                | to some
                    0X7F000001                | to some
                    017700000001              | to some
                    4294967297                | to some
                    0177.0.0.1                | to some
                    0177.00.00.01             | to some
                    127.0.0.01                | to some
                    127.000.000.001           | to some
                    00127.0.0.1               | to some
                    0000127.0.0.1             | to some
                    0                         | to some
                    00                        | to some
                    0x0                       | to some
                    1                         | to some
                    127.1                     | no URL
                    127.0.1                   | no URL
                    127.00.1                  | no URL
                    0.0                       | no URL
                    0x7f.1                    | no URL
                    0x7f.0.0.1                | no URL
                    0x7F.0x0.0x0.0x1          | no URL
                    0177.1                    | no URL
                    0177.0x0.1                | no URL
                    127.0.0.0x1               | no URL
                    127.0.0.1.                | no URL
                    127.1.                    | no URL
                    127.0.0.1..               | no URL
                    127.0.0.256               | no URL
                    383.0.0.1                 | no URL
                    256.256.256.256           | no URL
                    .127.0.0.1                | no URL
                    localhost..               | no URL
                    .localhost                | no URL
                    127。0。0。1              | no URL
                    127．0．0．1              | no URL
                    127｡0｡0｡1                 | no URL
                    localhost。               | no URL
                    ①②⑦.0.0.1               | no URL
                    １２７.0.0.1              | no URL
                    ｌocalhost                | no URL
                    loc\u00adalhost           | no URL
                    127%2e0%2e0%2e1           | no URL
                    127.0.0.1%00              | no URL
                    %6cocalhost               | no URL
                    localhost%00.example.test | no URL
                    example.test@127.0.0.1    | no URL
                    example.test:80@127.0.0.1 | no URL
                    127.0.0.1:80              | no URL
                    127.0.0.1#example.test    | no URL
                    127.0.0.1?example.test    | no URL
                    127.0.0.1\\@example.test   | no URL
                    '127.0.0.1 example.test'  | no URL
                    [::1                      | no URL
                    ::1                       | no URL
                    [::1.]                    | no URL
                    [::1].                    | no URL
                    [::0x1]                   | no URL
                    [::127.1]                 | no URL
                    [::0177.0.0.1]            | to some
                    [127.0.0.1]               | no URL
                    [localhost]               | no URL
                    [v1.127.0.0.1]            | no URL
                    ''                        | no URL
                    192.0.2.1                 | fine
                    1.2.3.4                   | fine
                    10.0.0.127                | fine
                    128.0.0.1                 | fine
                    [2001:db8::1]             | fine
                    [2001:db8::7f00:1]        | fine
                    [64:ff9b::192.0.2.1]      | fine
                    [2002:c000:201::1]        | fine
                    [::ffff:192.0.2.1]        | fine
                    127.0.0.1.example.test    | fine
                    localhost.example.test    | fine
                    notlocalhost              | fine
                    shop                      | fine
                    shop1                     | fine
                    0x7f.example              | fine
                    10.example.test.          | fine
                    """)
    void aHostIsSpelledOnlyAsAllReadersTakeItAndNeverForThisGateway(String host, String verdict) {
        assertThat(verdict("http://" + host + ":" + OWN_PORT)).isEqualTo(verdict);
    }

    /** What machines are told their credentials at, on another port than the gateway's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    169.254.169.254            | link
                    169.254.170.2              | link
                    169.254.170.23             | link
                    169.254.0.1                | link
                    169.254.42.42              | link
                    100.100.100.200            | link
                    168.63.129.16              | link
                    192.0.0.192                | link
                    [fe80::1]                  | link
                    [FE80::A9FE:A9FE]          | link
                    [febf::1]                  | link
                    [fe80::1%eth0]             | link
                    [fe80::1%25eth0]           | link
                    [fe80::1%2]                | link
                    [fd00:ec2::254]            | link
                    [FD00:0EC2:0::0254]        | link
                    [fd00:ec2::23]             | link
                    [fd20:ce::254]             | link
                    [fd00:c1::a9fe:a9fe]       | link
                    [fd00:42::42]              | link
                    [::ffff:169.254.169.254]   | link
                    [::ffff:a9fe:a9fe]         | link
                    [::169.254.169.254]        | link
                    [::a9fe:a9fe]              | link
                    [::ffff:0:a9fe:a9fe]       | link
                    [64:ff9b::169.254.169.254] | link
                    [64:ff9b::a9fe:a9fe]       | link
                    [64:ff9b::6464:64c8]       | link
                    [64:ff9b:1:a9fe:a9:fe00::] | link
                    [64:ff9b:1:ffa9:fe:a9fe::] | link
                    [64:ff9b:1:0:a9:fea9:fe00:0] | link
                    [64:ff9b:1:ffff::a9fe:a9fe] | link
                    [2002:a9fe:a9fe::]         | link
                    [2002:a9fe:a9fe::1]        | link
                    [2001:0:1:1:0:0:5601:5601] | link
                    [2001:db8::5efe:a9fe:a9fe] | link
                    2852039166                 | to some
                    0xa9fea9fe                 | to some
                    025177524776               | to some
                    0251.0376.0251.0376        | no URL
                    169.254.169.0254           | to some
                    0169.254.169.254           | to some
                    169.254.43518              | no URL
                    169.16689662               | no URL
                    0xa9.0xfe.0xa9.0xfe        | no URL
                    169.254.169.254.           | no URL
                    169。254。169。254         | no URL
                    169.253.255.255            | fine
                    169.255.0.1                | fine
                    100.100.100.201            | fine
                    [fec0::1]                  | fine
                    [fd00:ec2::1]              | fine
                    [2002:c000:201::a9fe:a9fe] | fine
                    [2001:db8::a9fe:a9fe]      | fine
                    [2001:db8::1%eth0]         | fine
                    """)
    void whereMachinesAreToldTheirCredentialsIsKnownHoweverItIsSpelled(String host, String verdict) {
        assertThat(verdict("http://" + host)).isEqualTo(verdict);
        assertThat(verdict("https://" + host + ":8443")).isEqualTo(verdict);
    }

    private static String verdict(String url) {
        RuleSet rules;
        try {
            rules = RuleSet.passThrough(URI.create(url));
        } catch (IllegalArgumentException e) {
            return "no URL";
        }
        var forbidden = new ForbiddenAddresses();
        forbidden.add(OWN_PORT);
        try {
            forbidden.check(rules);
            return "fine";
        } catch (RulesException e) {
            String found = e.problems().getFirst().found();
            return found.contains("this gateway itself")
                    ? "itself"
                    : found.contains("on this link alone") ? "link" : found.contains("to some") ? "to some" : found;
        }
    }

    /** What DNS may say of a name. */
    @ParameterizedTest
    @CsvSource({
        "::ffff:127.0.0.1, 4711, true",
        "::127.0.0.1, 4711, true",
        "::127.0.0.1, 80, false",
        "::, 4711, true",
        "64:ff9b::7f00:1, 4711, true",
        "64:ff9b::7f00:1, 80, false",
        "64:ff9b::a9fe:a9fe, 80, true",
        "2002:a9fe:a9fe::, 80, true",
        "2002:7f00:1::1, 4711, true",
        "2001:0:1:1:0:0:5601:5601, 80, true",
        "fd20:ce::254, 80, true",
        "168.63.129.16, 32526, true",
        "2001:db8::7f00:1, 4711, false",
        "64:ff9b::c000:201, 4711, false",
    })
    void anAnswerOfDnsIsHeldToTheSame(String address, int port, boolean covered) throws Exception {
        var forbidden = new ForbiddenAddresses();
        forbidden.add(OWN_PORT);
        assertThat(forbidden.covers(new InetSocketAddress(InetAddress.getByName(address), port)))
                .isEqualTo(covered);
    }
}
