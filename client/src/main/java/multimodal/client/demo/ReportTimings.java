package multimodal.client.demo;

import static multimodal.client.TimeText.duration;

import com.google.protobuf.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import multimodal.client.TimeText;
import multimodal.client.run.NodeState;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.StageTimings;

/** The timings of a run on the report: a bar for each node on a common time axis, its stages as colours, and a table. */
final class ReportTimings {

    private static final String LEGEND =
            """
            <p class="legend">
            <span><i class="queue"></i>queue</span><span><i class="batch"></i>batch</span>
            <span><i class="engine"></i>engine</span><span><i class="postprocess"></i>postprocess</span>
            <span><i class="other"></i>other</span>
            </p>
            """;

    private ReportTimings() {}

    static String render(DemoRun run) {
        long total = Math.max(1, run.run().elapsed().toNanos());
        String bars = run.run().nodes().stream().map(node -> bar(node, total)).collect(Collectors.joining());
        String rows = Stream.of(run.run(), run.asked())
                .flatMap(part -> part.nodes().stream())
                .map(node -> row(node.id(), node.service(), node.info()))
                .collect(Collectors.joining());
        return """
                <h3>Where the time went</h3>
                <div class="timeline">
                %s</div>
                %s<div class="scroll"><table>
                <tr><th>Node</th><th>Service</th><th>Model</th><th>Engine</th><th class="number">Queue ms</th>\
                <th class="number">Batch ms</th><th class="number">Engine ms</th><th class="number">Total ms</th></tr>
                %s%s</table></div>
                """
                .formatted(
                        bars,
                        LEGEND,
                        rows,
                        row("classify", "clip-service", run.classes().getInfo()));
    }

    private static String bar(NodeState node, long total) {
        StageTimings timings = node.info().getTimings();
        return String.format(
                Locale.ROOT,
                """
                <span>%s</span><div class="track"><div class="bar" style="left:%.2f%%;width:%.2f%%">%s%s%s%s</div></div>\
                <span class="number">%s</span>
                """,
                ReportPage.escape(node.id()),
                percent(node.started(), total),
                percent(node.duration(), total),
                stage("queue", timings.getQueue(), node),
                stage("batch", timings.getBatch(), node),
                stage("engine", timings.getEngine(), node),
                stage("postprocess", timings.getPostprocess(), node),
                TimeText.seconds(node.duration()));
    }

    private static String stage(String name, Duration time, NodeState node) {
        long whole = Math.max(1, node.duration().toNanos());
        return String.format(
                Locale.ROOT,
                "<i class=\"%s\" style=\"width:%.2f%%\" title=\"%s %s ms\"></i>",
                name,
                percent(duration(time), whole),
                name,
                TimeText.millis(duration(time)));
    }

    private static double percent(java.time.Duration part, long whole) {
        return 100.0 * part.toNanos() / whole;
    }

    private static String row(String node, String service, GenerationInfo info) {
        StageTimings timings = info.getTimings();
        return """
                <tr><td>%s</td><td>%s</td><td>%s/%s</td><td>%s</td><td class="number">%s</td>\
                <td class="number">%s</td><td class="number">%s</td><td class="number">%s</td></tr>
                """
                .formatted(
                        ReportPage.escape(node),
                        ReportPage.escape(service),
                        ReportPage.escape(info.getModel().getName()),
                        ReportPage.escape(info.getModel().getVersion()),
                        ReportPage.escape(info.getEngine()),
                        TimeText.millis(duration(timings.getQueue())),
                        TimeText.millis(duration(timings.getBatch())),
                        TimeText.millis(duration(timings.getEngine())),
                        TimeText.millis(duration(timings.getTotal())));
    }
}
