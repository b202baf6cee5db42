package multimodal.client.run;

import multimodal.client.terminal.Terminal;
import multimodal.gateway.v1.WorkflowEvent;

/** Shows a run of a workflow while it happens. */
public interface RunView {

    /** The view for {@code terminal}: redrawn in place where the terminal can, plain lines elsewhere. */
    static RunView on(Terminal terminal) {
        return terminal.rich() ? new LiveRunView(terminal) : new PlainRunView(terminal);
    }

    /** Called after each event, when {@code run} has taken it in. */
    void show(RunState run, WorkflowEvent event);
}
