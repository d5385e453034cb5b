package com.fennimore.shop.web;

import com.fennimore.shop.dao.ReportDao;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.HtmlUtils;

/** The two pages that everybody complains about. */
@Controller
public class ReportController {

    private static final int DELAY_MAX = 15_000;
    private static final int LINES_MAX = 10_000;

    private final ReportDao reports;

    public ReportController(ReportDao reports) {
        this.reports = reports;
    }

    /** Slow; delay is how many milliseconds it takes at least. */
    @GetMapping("/report/sales")
    public String sales(@RequestParam(defaultValue = "3000") int delay, Model model) throws InterruptedException {
        Thread.sleep(Math.clamp(delay, 0, DELAY_MAX));
        model.addAttribute("rows", reports.salesByMonth(240));
        return "report";
    }

    /** A page that arrives line by line, delay milliseconds between two, and ends by itself. */
    @GetMapping("/stream/activity")
    public void activity(
            @RequestParam(defaultValue = "20") int lines,
            @RequestParam(defaultValue = "100") int delay,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        int count = Math.clamp(lines, 1, LINES_MAX);
        int pause = Math.clamp(delay, 0, DELAY_MAX);
        List<String> activity = reports.latestActivity(count);
        response.setContentType("text/html;charset=UTF-8");
        OutputStream out = response.getOutputStream();
        write(
                response,
                out,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Activity</title>"
                        + "<link rel=\"stylesheet\" href=\"/css/shop.css\"></head><body><main><h1>Activity</h1><ol>\n");
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                Thread.sleep(pause);
            }
            String text = activity.isEmpty() ? "nothing yet" : activity.get(i % activity.size());
            write(response, out, "<li id=\"line-" + (i + 1) + "\">" + HtmlUtils.htmlEscape(text) + "</li>\n");
        }
        write(response, out, "</ol><p id=\"end\">End.</p></main></body></html>\n");
    }

    private static void write(HttpServletResponse response, OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
    }
}
