package multimodal.client.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * The Prometheus metrics of a service.
 *
 * @param address of the page
 */
record Metrics(String address) {

    private static final long LONGEST_WAIT_NANOS = 60_000_000_000L;

    /** Sum of the values of {@code name} whose tags contain {@code tag}. */
    double sum(String name, String tag) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") && line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Returns when all values of {@code name} are 0. */
    void awaitZero(String name) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (sum(name, "") > 0) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(name + " does not come down to 0");
            }
            Thread.onSpinWait();
        }
    }
}
