package multimodal.client.run;

import java.util.HashMap;
import java.util.Map;
import multimodal.client.TimeText;
import multimodal.client.terminal.Terminal;
import multimodal.common.v1.Progress;
import multimodal.gateway.v1.NodeFailed;
import multimodal.gateway.v1.NodeProgress;
import multimodal.gateway.v1.NodeRetry;
import multimodal.gateway.v1.NodeToken;
import multimodal.gateway.v1.WorkflowEvent;

/** Writes lines that stay: about ten for the steps of a node, one that grows for its tokens. */
final class PlainRunView implements RunView {

    private static final int PROGRESS_LINES = 10;

    private final Terminal terminal;
    /** By node: the last tenth of its steps that has its line. */
    private final Map<String, Integer> tenths = new HashMap<>();

    private String nodeOfOpenLine = "";

    PlainRunView(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void show(RunState run, WorkflowEvent event) {
        switch (event.getEventCase()) {
            case NODE_LOADING -> loading(run.node(event.getNodeLoading().getNode()));
            case NODE_PROGRESS -> progress(event.getNodeProgress());
            case NODE_TOKEN -> token(event.getNodeToken());
            case NODE_RESULT -> done(run.node(event.getNodeResult().getNode()));
            case NODE_RETRY -> retry(event.getNodeRetry());
            case NODE_FAILED -> failed(event.getNodeFailed());
            case WORKFLOW_STARTED, NODE_STARTED, WORKFLOW_FINISHED, EVENT_NOT_SET -> {}
        }
    }

    private void loading(NodeState node) {
        line(node.id(), "loading " + node.loadingModel());
    }

    private void progress(NodeProgress event) {
        Progress progress = event.getProgress();
        // Not each step is told of, so a line is due when another tenth is full, whatever step fills it.
        int tenth = progress.getStep() * PROGRESS_LINES / Math.max(1, progress.getStepCount());
        if (tenth != tenths.getOrDefault(event.getNode(), 0)) {
            tenths.put(event.getNode(), tenth);
            line(
                    event.getNode(),
                    "step %d of %d, %s"
                            .formatted(
                                    progress.getStep(),
                                    progress.getStepCount(),
                                    TimeText.seconds(TimeText.duration(progress.getElapsed()))));
        }
    }

    private void token(NodeToken event) {
        if (!nodeOfOpenLine.equals(event.getNode())) {
            endOpenLine();
            terminal.out().print(event.getNode() + ": ");
            nodeOfOpenLine = event.getNode();
        }
        terminal.out().print(event.getToken().getText().replace('\n', ' '));
        terminal.out().flush();
    }

    private void done(NodeState node) {
        if (node.result().getCached()) {
            line(node.id(), "as before: " + node.text().replace('\n', ' '));
        } else {
            line(node.id(), "done in " + TimeText.seconds(node.duration()));
        }
    }

    private void retry(NodeRetry event) {
        line(
                event.getNode(),
                "%s; attempt %d in %s"
                        .formatted(
                                event.getCause(),
                                event.getNextAttempt(),
                                TimeText.seconds(TimeText.duration(event.getDelay()))));
    }

    private void failed(NodeFailed event) {
        line(event.getNode(), "failed");
    }

    private void line(String node, String text) {
        endOpenLine();
        terminal.println(node + ": " + text);
    }

    private void endOpenLine() {
        if (!nodeOfOpenLine.isEmpty()) {
            terminal.println("");
            nodeOfOpenLine = "";
        }
    }
}
