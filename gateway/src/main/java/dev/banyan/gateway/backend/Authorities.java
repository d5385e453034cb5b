package dev.banyan.gateway.backend;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes the servers that the authorities of a file vouch for, while these are valid themselves. The JDK asks that of every certificate
 * between a server's and the authority that is trusted, and not of that one (RFC 5280, 6.1, leaves it open).
 */
public final class Authorities extends X509ExtendedTrustManager {

    /** Beside them a file may hold keys and lists of what has been revoked. */
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN [^-\\r\\n]*CERTIFICATE-----[^-]++-----END [^-\\r\\n]*CERTIFICATE-----");

    private final List<X509Certificate> all;
    private final X509ExtendedTrustManager whenever;

    /** What has been asked of some alone: those that were valid together, and each that was not, so at most three for each of them. */
    private final Map<List<X509Certificate>, X509ExtendedTrustManager> some = new ConcurrentHashMap<>();

    private Authorities(List<X509Certificate> all) throws GeneralSecurityException, IOException {
        this.all = List.copyOf(all);
        this.whenever = believing(all);
    }

    /**
     * Those of a PEM file.
     *
     * @throws IOException when it holds none that can be read
     */
    public static Authorities of(byte[] pem) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        String certificates = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining("\n"));
        var in = new ByteArrayInputStream(certificates.getBytes(StandardCharsets.ISO_8859_1));
        try {
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                all.add((X509Certificate) each);
            }
            if (all.isEmpty()) {
                throw new IOException("no certificate in it");
            }
            return new Authorities(all);
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static X509ExtendedTrustManager believing(Collection<X509Certificate> these)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate each : these) {
            store.setCertificateEntry(Integer.toString(store.size()), each);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager each : factory.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no trust manager for X.509");
    }

    /** A way to ask whether a server is believed. */
    private interface Question {
        void ask(X509ExtendedTrustManager of) throws CertificateException;
    }

    private void check(Question question) throws CertificateException {
        question.ask(whenever);
        List<X509Certificate> valid = all.stream().filter(Authorities::isValid).toList();
        if (valid.size() == all.size() || isBelieved(question, valid)) {
            return;
        }
        for (X509Certificate each : all) {
            if (!isValid(each) && isBelieved(question, List.of(each))) {
                sayWhyNot(each);
            }
        }
        throw new CertificateException("no authority that is valid now vouches for it");
    }

    /** Whether these vouch for it by themselves. */
    private boolean isBelieved(Question question, List<X509Certificate> these) {
        if (these.isEmpty()) {
            return false;
        }
        try {
            X509ExtendedTrustManager manager = some.get(these);
            if (manager == null) {
                manager = believing(these);
                some.put(these, manager);
            }
            question.ask(manager);
            return true;
        } catch (GeneralSecurityException
                | IOException e) { // the others were needed, whose error is what there is to say
            return false;
        }
    }

    private static boolean isValid(X509Certificate authority) {
        try {
            authority.checkValidity();
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }

    private static void sayWhyNot(X509Certificate authority) throws CertificateException {
        try {
            authority.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new CertificateExpiredException(nameOf(authority) + e.getMessage());
        } catch (CertificateNotYetValidException e) {
            throw new CertificateNotYetValidException(nameOf(authority) + e.getMessage());
        }
    }

    private static String nameOf(X509Certificate authority) {
        return "authority " + authority.getSubjectX500Principal() + ": ";
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(of -> of.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(of -> of.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(of -> of.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw noClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw noClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw noClients();
    }

    private static CertificateException noClients() {
        return new CertificateException("these authorities are for servers");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return whenever.getAcceptedIssuers();
    }
}
