package com.fennimore.shop.web;

import com.fennimore.shop.service.ShopException;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/** What a visitor sees when something is not there, not his, or broken; under /api, as JSON. */
@Controller
@ControllerAdvice(basePackageClasses = ErrorPages.class)
public class ErrorPages implements ErrorController {

    @ExceptionHandler
    public ModelAndView refused(ShopException e) {
        return page(e.getStatus(), e.getMessage());
    }

    @RequestMapping("/error")
    public Object error(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        int status = code instanceof Integer number ? number : 404;
        Object uri = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        HttpStatus known = HttpStatus.resolve(status);
        String text = known == null ? "error" : known.getReasonPhrase();
        if (uri != null && uri.toString().startsWith("/api")) {
            return ResponseEntity.status(status).body(Map.of("error", text.toLowerCase(Locale.ROOT)));
        }
        return page(status, null);
    }

    private static ModelAndView page(int status, String detail) {
        String[] words =
                switch (status) {
                    case 403 ->
                        new String[] {
                            "Not allowed",
                            "This page is not for you, or the form was open for too long. Go back, reload it and try again."
                        };
                    case 404 -> new String[] {"Not found", "There is nothing here (any more)."};
                    case 405 -> new String[] {"Not like that", "This address does not take such a request."};
                    case 400 -> new String[] {"That does not work", "Please check what you entered."};
                    case 409 -> new String[] {"That does not work", "Somebody else was faster."};
                    default ->
                        status < 500
                                ? new String[] {"That does not work", "The shop did not understand."}
                                : new String[] {
                                    "Something broke", "We are sorry. Customer Service knows more: please call."
                                };
                };
        ModelAndView page = new ModelAndView("error");
        HttpStatus known = HttpStatus.resolve(status);
        page.setStatus(known == null ? HttpStatus.INTERNAL_SERVER_ERROR : known);
        page.addObject("code", status);
        page.addObject("title", words[0]);
        page.addObject("text", words[1]);
        page.addObject("detail", detail);
        return page;
    }
}
