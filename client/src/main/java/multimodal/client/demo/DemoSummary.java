package multimodal.client.demo;

import java.util.List;
import multimodal.client.TimeText;
import multimodal.client.run.NodeState;
import multimodal.client.terminal.TextTable;
import multimodal.client.terminal.TextTable.Column;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.StageTimings;

/** The table at the end of the demo: who did what, and where the time went, in milliseconds. */
final class DemoSummary {

    private DemoSummary() {}

    static List<String> lines(List<DemoRun> runs) {
        TextTable table = new TextTable(
                Column.text("node"),
                Column.text("service"),
                Column.text("model"),
                Column.number("queue"),
                Column.number("batch"),
                Column.number("engine"),
                Column.number("total ms"));
        for (DemoRun run : runs) {
            table.addSection(run.prompt().text());
            for (NodeState node : run.run().nodes()) {
                add(table, node.id(), node.service(), node.info());
            }
            for (NodeState node : run.asked().nodes()) {
                add(table, node.id(), node.service(), node.info());
            }
            add(table, "classify", "clip-service", run.classes().getInfo());
        }
        return table.lines();
    }

    private static void add(TextTable table, String node, String service, GenerationInfo info) {
        StageTimings timings = info.getTimings();
        table.add(
                node,
                service,
                info.getModel().getName() + "/" + info.getModel().getVersion(),
                millis(timings.getQueue()),
                millis(timings.getBatch()),
                millis(timings.getEngine()),
                millis(timings.getTotal()));
    }

    private static String millis(com.google.protobuf.Duration duration) {
        return TimeText.millis(TimeText.duration(duration));
    }
}
