package dev.banyan.rules;

/** How a path came: whether every server reads it alike. */
final class RequestPath {

    enum Form {
        /** Every server reads it as it stands. */
        PLAIN,
        /** Only characters that a URL cannot carry otherwise are encoded: one reading, after decoding. */
        ENCODED,
        /** Servers differ on what it means. */
        DOUBTFUL,
        /** No path of a request: a blank or control character that is not encoded, no slash at its beginning. */
        BROKEN
    }

    /** Characters whose encoded form means something else to some server, or nothing else to every server. */
    private static final String ENCODED_IN_DOUBT = "/\\.%;?#-_~!$&'()*+,=:@";

    private RequestPath() {}

    static Form form(String path) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return Form.BROKEN;
        }
        Form form = Form.PLAIN;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            Form here = c == '%' ? encoded(path, i) : plain(path, i, c);
            if (here == Form.BROKEN) {
                return Form.BROKEN;
            }
            form = here.compareTo(form) > 0 ? here : form;
        }
        return path.length() > 1 && path.charAt(path.length() - 1) == '.' ? Form.DOUBTFUL : form;
    }

    private static Form plain(String path, int i, char c) {
        if (c <= ' ' || c == 0x7f) {
            return Form.BROKEN;
        }
        char before = path.charAt(i - 1);
        boolean emptyOrDotted = c == '/' && (before == '/' || before == '.');
        return emptyOrDotted || c == ';' || c == '\\' || c == '#' || c == '?' || c > 0x7f ? Form.DOUBTFUL : Form.PLAIN;
    }

    private static Form encoded(String path, int i) {
        int value = PathCodec.byteAt(path, i);
        if (value < 0) {
            return Form.DOUBTFUL;
        }
        boolean control = value < ' ' || value == 0x7f;
        boolean letter = value < 0x80 && Character.isLetterOrDigit(value);
        boolean blankAtEnd = value == ' ' && (i + 3 >= path.length() || path.charAt(i + 3) == '/');
        boolean doubt = control || letter || blankAtEnd || ENCODED_IN_DOUBT.indexOf(value) >= 0;
        return doubt ? Form.DOUBTFUL : Form.ENCODED;
    }
}
