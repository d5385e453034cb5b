package com.fennimore.shop.web;

import java.security.Principal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Puts the name of who is logged in into every page. */
@ControllerAdvice(basePackageClasses = LoginName.class)
public class LoginName {

    @ModelAttribute("login")
    public String login(Principal principal) {
        return principal == null ? null : principal.getName();
    }
}
