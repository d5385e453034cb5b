package com.fennimore.shop.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.security.crypto.password.PasswordEncoder;

/** SHA-1 with one salt for all, as in 2014. Changing it means that every customer gets a new password. */
public class Sha1PasswordEncoder implements PasswordEncoder {

    @Override
    public String encode(CharSequence password) {
        try {
            byte[] text = ("fennimore:" + password).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    @Override
    public boolean matches(CharSequence password, String hash) {
        return hash != null
                && MessageDigest.isEqual(
                        encode(password).getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }
}
