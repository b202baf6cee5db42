package multimodal.client.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import multimodal.client.RefusedCalls;
import multimodal.client.TimeText;
import multimodal.client.terminal.Terminal;
import multimodal.gateway.v1.WorkflowEvent;

/** Runs a workflow and shows it while it happens; a full fleet is asked again. */
public final class ShownRun {

    private ShownRun() {}

    /**
     * Makes {@code call} and shows the events that it tells.
     *
     * @return the finished run
     * @throws io.grpc.StatusRuntimeException if the call fails
     */
    public static RunState on(Terminal terminal, Consumer<Consumer<WorkflowEvent>> call) {
        List<RunState> attempts = new ArrayList<>();
        RefusedCalls.run(
                () -> {
                    RunState run = new RunState();
                    attempts.add(run);
                    RunView view = RunView.on(terminal);
                    call.accept(event -> {
                        run.apply(event);
                        view.show(run, event);
                    });
                },
                delay -> tellRefusal(terminal, delay));
        return attempts.get(attempts.size() - 1);
    }

    /** Tells that the fleet is full. */
    public static void tellRefusal(Terminal terminal, Duration delay) {
        terminal.println("the fleet is full; trying again in " + TimeText.seconds(delay));
    }
}
