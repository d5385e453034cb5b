package dev.banyan.bench;

/** What a peer is started for. */
enum Setup {
    PLAIN,
    MIRRORED,
    HTTP2,
    OWN_CORE
}
