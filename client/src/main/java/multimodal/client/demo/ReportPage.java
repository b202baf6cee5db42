package multimodal.client.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Collectors;
import multimodal.clip.v1.LabelScore;
import multimodal.common.v1.Image;

/** The demo's results as one HTML page that needs no other file and makes no request: pictures are data URIs. */
final class ReportPage {

    private static final String TEMPLATE = "report.html";

    private ReportPage() {}

    static String render(DemoResults results) {
        return template()
                .replace(
                        "{{runs}}",
                        results.runs().stream().map(ReportPage::article).collect(Collectors.joining()))
                .replace(
                        "{{outlines}}",
                        results.outlines().pictures().stream()
                                .map(ReportPage::figure)
                                .collect(Collectors.joining()))
                .replace(
                        "{{searches}}",
                        results.searches().stream().map(ReportPage::search).collect(Collectors.joining()));
    }

    private static String article(DemoRun run) {
        return """
                <article>
                <h2 lang="%s">%s</h2>
                <div class="result">
                <img src="%s" alt="%s">
                <div>
                <h3>Caption</h3>
                <p class="caption">%s</p>
                <h3>Continuation</h3>
                <p class="story"><span class="given">%s</span>%s</p>
                <h3>Asked: %s</h3>
                <p class="answer">%s</p>
                <h3>Classified as</h3>
                <div class="scores">
                %s</div>
                </div>
                </div>
                %s%s</article>
                """
                .formatted(
                        run.prompt().languageTag(),
                        escape(run.prompt().text()),
                        dataUri(run.picture().image()),
                        escape(run.prompt().text()),
                        escape(run.caption()),
                        escape(run.caption()),
                        escape(run.continuation()),
                        escape(run.prompt().question()),
                        escape(run.answerText()),
                        run.classes().getScoresList().stream()
                                .map(ReportPage::score)
                                .collect(Collectors.joining()),
                        strip(run),
                        ReportTimings.render(run));
    }

    private static String search(DemoSearch search) {
        return """
                <h3>Found by <span lang="%s">%s</span></h3>
                <div class="hits">
                %s</div>
                """
                .formatted(
                        search.query().languageTag(),
                        escape(search.query().text()),
                        search.hits().stream().map(ReportPage::hit).collect(Collectors.joining()));
    }

    private static String hit(DemoSearch.Hit hit) {
        return figure(hit.picture(), String.format(Locale.ROOT, " <span class=\"number\">%.2f</span>", hit.score()));
    }

    private static String figure(DemoPicture picture) {
        return figure(picture, "");
    }

    private static String figure(DemoPicture picture, String note) {
        String text = escape(picture.text());
        return "<figure><img src=\"%s\" alt=\"%s\"><figcaption>%s%s</figcaption></figure>%n"
                .formatted(dataUri(picture.image()), text, text, note);
    }

    private static String score(LabelScore score) {
        return String.format(
                Locale.ROOT,
                "<span>%s</span><i style=\"width:%.1f%%\"></i><span class=\"number\">%.1f %%</span>%n",
                escape(score.getLabel()),
                100 * score.getProbability(),
                100 * score.getProbability());
    }

    private static String strip(DemoRun run) {
        if (run.previews().isEmpty()) {
            return "";
        }
        return """
                <div class="strip" role="img" aria-label="The picture as it comes out of the noise">
                %s</div>
                """
                .formatted(run.previews().stream().map(ReportPage::preview).collect(Collectors.joining()));
    }

    private static String preview(Image preview) {
        return "<img src=\"%s\" alt=\"\">%n".formatted(dataUri(preview));
    }

    private static String dataUri(Image png) {
        return "data:image/png;base64,"
                + Base64.getEncoder().encodeToString(png.getData().toByteArray());
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("\n", "<br>");
    }

    private static String template() {
        try (InputStream resource = ReportPage.class.getResourceAsStream(TEMPLATE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
