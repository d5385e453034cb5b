package com.fennimore.shop.api;

import com.fennimore.shop.service.ShopException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** Errors of the JSON interface, as JSON. */
@RestControllerAdvice(basePackageClasses = ApiErrors.class)
public class ApiErrors {

    private static final Logger log = LoggerFactory.getLogger(ApiErrors.class);

    @ExceptionHandler
    public ResponseEntity<Map<String, Object>> refused(ShopException e) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("error", e.getMessage());
        if (e.getSku() != null) {
            json.put("sku", e.getSku());
        }
        return ResponseEntity.status(e.getStatus()).body(json);
    }

    @ExceptionHandler
    public ResponseEntity<Map<String, Object>> unreadable(HttpMessageNotReadableException e) {
        log.debug("unreadable body", e);
        return ResponseEntity.badRequest().body(Map.of("error", "body: not the JSON expected here"));
    }

    @ExceptionHandler
    public ResponseEntity<Map<String, Object>> unreadable(MethodArgumentTypeMismatchException e) {
        log.debug("wrong type", e);
        return ResponseEntity.badRequest().body(Map.of("error", e.getName() + ": not a number"));
    }
}
