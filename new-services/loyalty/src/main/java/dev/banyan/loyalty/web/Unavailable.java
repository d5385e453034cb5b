package dev.banyan.loyalty.web;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What a caller gets while the database is away: 503, on which a gateway asks elsewhere. */
@RestControllerAdvice
public final class Unavailable {

    private static final Logger LOG = LoggerFactory.getLogger(Unavailable.class);

    @ExceptionHandler
    ResponseEntity<String> databaseFailed(SQLException e) {
        LOG.warn("database: {}", e.getMessage());
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, "1")
                .contentType(MediaType.TEXT_PLAIN)
                .body("Loyalty points are not available at the moment. Please try again.\n");
    }
}
