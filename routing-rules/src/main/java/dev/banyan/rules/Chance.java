package dev.banyan.rules;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/** What of a decision is left to chance. */
interface Chance {

    /** A key for a caller who has none. */
    String newKey();

    /** A place, 0 to 9,999, of a request whose caller has no key. */
    int bucket();

    /** Real chance; keys cannot be guessed. */
    Chance RANDOM = new Chance() {

        private static final int NEW_KEY_BYTES = 16;
        private final SecureRandom keys = new SecureRandom();

        @Override
        public String newKey() {
            byte[] bytes = new byte[NEW_KEY_BYTES];
            keys.nextBytes(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        @Override
        public int bucket() {
            return ThreadLocalRandom.current().nextInt(Route.EVERYONE);
        }
    };
}
