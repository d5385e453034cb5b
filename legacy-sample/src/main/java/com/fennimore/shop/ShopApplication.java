package com.fennimore.shop;

import com.fennimore.shop.start.CommandLine;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

@SpringBootApplication
@EnableScheduling
public class ShopApplication {

    public static void main(String[] args) {
        CommandLine line = CommandLine.parse(args);
        if (line.message() != null) {
            (line.exitCode() == 0 ? System.out : System.err).println(line.message());
            System.exit(line.exitCode());
        }
        SpringApplication.run(ShopApplication.class, line.args());
    }
}
