package com.fennimore.shop.security;

import com.fennimore.shop.dao.CustomerDao;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

@Configuration
public class SecurityConfig {

    @Bean
    @Order(1)
    SecurityFilterChain api(HttpSecurity http, @Value("${shop.api-key}") String key) {
        return http.securityMatcher("/api/**")
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(to -> to.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/api/catalog", "/api/catalog/**")
                        .permitAll()
                        .requestMatchers(HttpMethod.HEAD, "/api/catalog", "/api/catalog/**")
                        .permitAll()
                        .anyRequest()
                        .hasRole("APP"))
                .addFilterBefore(new ApiKeyFilter(key), UsernamePasswordAuthenticationFilter.class)
                .exceptionHandling(e -> e.authenticationEntryPoint(
                        (request, response, failure) -> json(response, 401, "{\"error\":\"unauthorized\"}")))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain pages(HttpSecurity http) {
        return http.authorizeHttpRequests(to -> to.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers("/checkout", "/orders", "/orders/**")
                        .hasRole("CUSTOMER")
                        .requestMatchers("/backoffice", "/backoffice/**")
                        .hasRole("ADMIN")
                        .anyRequest()
                        .permitAll())
                .formLogin(form -> form.loginPage("/login")
                        .usernameParameter("user")
                        .passwordParameter("password")
                        .successHandler(afterLogin()))
                .logout(logout -> logout.logoutSuccessUrl("/catalog").deleteCookies("JSESSIONID"))
                .build();
    }

    @Bean
    PasswordEncoder passwords() {
        return new Sha1PasswordEncoder();
    }

    @Bean
    UserDetailsService users(CustomerDao customers) {
        return name -> {
            if (name.indexOf('\0') >= 0) {
                throw new UsernameNotFoundException("no such user");
            }
            String backOffice = customers.backOfficePassword(name);
            if (backOffice != null) {
                return new LoginUser(name, backOffice, null);
            }
            Map<String, Object> customer = customers.login(name);
            if (customer == null) {
                throw new UsernameNotFoundException("no such user");
            }
            return new LoginUser(name, (String) customer.get("pw_hash"), (Integer) customer.get("customer_id"));
        };
    }

    private static SavedRequestAwareAuthenticationSuccessHandler afterLogin() {
        SavedRequestAwareAuthenticationSuccessHandler handler = new SavedRequestAwareAuthenticationSuccessHandler() {
            @Override
            protected String determineTargetUrl(
                    HttpServletRequest request, HttpServletResponse response, Authentication authentication) {
                return authentication.getPrincipal() instanceof LoginUser user && user.customerId() == null
                        ? "/backoffice"
                        : "/orders";
            }
        };
        handler.setDefaultTargetUrl("/orders");
        return handler;
    }

    static void json(HttpServletResponse response, int status, String body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getWriter().write(body);
    }

    /** The mobile app has no session: it sends the same key in every request. */
    private static final class ApiKeyFilter extends OncePerRequestFilter {

        private final byte[] key;

        ApiKeyFilter(String key) {
            this.key = key.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String sent = request.getHeader("X-Api-Key");
            if (sent != null && MessageDigest.isEqual(key, sent.getBytes(StandardCharsets.UTF_8))) {
                SecurityContext context = SecurityContextHolder.createEmptyContext();
                context.setAuthentication(new UsernamePasswordAuthenticationToken(
                        "app", null, List.copyOf(AuthorityUtils.createAuthorityList("ROLE_APP"))));
                SecurityContextHolder.setContext(context);
            }
            chain.doFilter(request, response);
        }
    }
}
