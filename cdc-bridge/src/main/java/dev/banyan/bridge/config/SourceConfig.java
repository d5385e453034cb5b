package dev.banyan.bridge.config;

import dev.banyan.bridge.source.Identity;

/** The legacy database. */
public record SourceConfig(
        String jdbcUrl,
        String user,
        String password,
        String slot,
        String publication,
        Identity identity,
        long serverId,
        boolean zeroDatesAsNull,
        boolean manage) {}
