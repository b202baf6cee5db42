package multimodal.client.command;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The models that a process has ready, as its metrics tell. */
final class LoadedModels {

    private static final Pattern STATE = Pattern.compile("^inference_model_state\\{(.*)\\} 1\\.0$", Pattern.MULTILINE);
    private static final Pattern MODEL = Pattern.compile("model=\"([^\"]+)\"");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private LoadedModels() {}

    /** For example {@code sticker-caption/1, sticker-clip/1}; a dash for none, or for a process that does not answer. */
    static String of(FleetProcess process) {
        String models = STATE.matcher(metrics(process))
                .results()
                .map(match -> match.group(1))
                .filter(tags -> tags.contains("state=\"ready\""))
                .flatMap(tags -> MODEL.matcher(tags).results().map(match -> match.group(1)))
                .sorted()
                .collect(Collectors.joining(", "));
        return models.isEmpty() ? "-" : models;
    }

    private static String metrics(FleetProcess process) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/q/metrics".formatted(process.httpPort())))
                .timeout(TIMEOUT)
                .build();
        try {
            return HttpClient.newHttpClient()
                    .send(request, BodyHandlers.ofString())
                    .body();
        } catch (IOException noAnswer) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
