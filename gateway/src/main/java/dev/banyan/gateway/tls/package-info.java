/**
 * The TLS of the data port: a certificate with its key, checked before it serves, and followed while its files change. A
 * handshake takes the certificate in force then; connections that stand are not touched. Start at {@link
 * dev.banyan.gateway.tls.CertificateInForce}.
 */
@NullMarked
package dev.banyan.gateway.tls;

import org.jspecify.annotations.NullMarked;
