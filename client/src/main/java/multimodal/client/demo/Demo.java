package multimodal.client.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import multimodal.client.FleetClient;
import multimodal.client.RefusedCalls;
import multimodal.client.TraceParent;
import multimodal.client.run.RunState;
import multimodal.client.run.ShownRun;
import multimodal.client.terminal.Terminal;
import multimodal.client.trace.RunTrace;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.LabelScore;

/** Turns each sentence of {@link DemoPrompt#ALL} into a picture, the picture into a caption, the caption into a story. */
public final class Demo {

    private static final int LABELS_SHOWN = 3;

    private final FleetClient client;
    private final Terminal terminal;
    private final DemoOutput output;

    public Demo(FleetClient client, Terminal terminal, DemoOutput output) {
        this.client = client;
        this.terminal = terminal;
        this.output = output;
    }

    /**
     * Runs the demo and writes its files.
     *
     * @return whether every caption names the object of its sentence
     * @throws io.grpc.StatusRuntimeException if a call fails
     */
    public boolean run() throws IOException {
        RunTrace trace = new RunTrace("fleet demo");
        List<DemoRun> runs = new ArrayList<>();
        for (DemoPrompt prompt : DemoPrompt.ALL) {
            runs.add(run(prompt, trace));
        }
        DemoSummary.lines(runs).forEach(terminal::println);
        terminal.println("");
        output.write(runs, trace).forEach(path -> terminal.println("wrote " + path));
        List<DemoRun> unnamed = runs.stream()
                .filter(run -> !run.prompt().isNamedIn(run.caption()))
                .toList();
        unnamed.forEach(this::tellUnnamed);
        return unnamed.isEmpty();
    }

    private DemoRun run(DemoPrompt prompt, RunTrace trace) {
        terminal.println(terminal.bold(prompt.text()));
        RunState run = trace.record("TextToImageToText", span -> textToImageToText(prompt, span));
        ClassifyResponse classes = trace.record("Classify", span -> classify(prompt, run, span));
        terminal.println("classify: " + best(classes));
        terminal.println("");
        return new DemoRun(prompt, run, classes);
    }

    private RunState textToImageToText(DemoPrompt prompt, TraceParent span) {
        return ShownRun.on(terminal, events -> client.textToImageToText(prompt.request(), span, events));
    }

    private ClassifyResponse classify(DemoPrompt prompt, RunState run, TraceParent span) {
        List<ClassifyResponse> answers = new ArrayList<>();
        RefusedCalls.run(
                () -> answers.add(client.classify(prompt.classifyRequest(DemoRun.picture(run)), span)),
                delay -> ShownRun.tellRefusal(terminal, delay));
        return answers.get(0);
    }

    private static String best(ClassifyResponse classes) {
        return classes.getScoresList().stream()
                .limit(LABELS_SHOWN)
                .map(Demo::text)
                .reduce((one, other) -> one + ", " + other)
                .orElse("");
    }

    private static String text(LabelScore score) {
        return String.format(Locale.ROOT, "%s %.1f %%", score.getLabel(), 100 * score.getProbability());
    }

    private void tellUnnamed(DemoRun run) {
        terminal.println("the caption \"%s\" of \"%s\" has none of the words %s"
                .formatted(run.caption(), run.prompt().text(), run.prompt().subjectWords()));
    }
}
