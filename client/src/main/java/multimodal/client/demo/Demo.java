package multimodal.client.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import multimodal.client.FleetClient;
import multimodal.client.RefusedCalls;
import multimodal.client.TimeText;
import multimodal.client.TraceParent;
import multimodal.client.run.PictureRow;
import multimodal.client.run.RunState;
import multimodal.client.run.ShownRun;
import multimodal.client.terminal.Terminal;
import multimodal.client.trace.RunTrace;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.LabelScore;
import multimodal.gateway.v1.WorkflowEvent;

/**
 * Turns each sentence of {@link DemoPrompt#ALL} into a picture, the picture into a caption, the caption into a story, answers a
 * question about it, paints along the edges of one, and finds the pictures again among others.
 */
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
        DemoOutlines outlines = outlines(runs.get(0).picture(), trace);
        List<DemoPicture> gallery = gallery(trace);
        List<DemoSearch> searches = searches(runs, gallery, trace);
        DemoSummary.lines(runs).forEach(terminal::println);
        terminal.println("");
        output.write(new DemoResults(runs, gallery, outlines, searches), trace)
                .forEach(path -> terminal.println("wrote " + path));
        List<DemoRun> unnamed = runs.stream()
                .filter(run -> !run.prompt().isNamedIn(run.caption()))
                .toList();
        unnamed.forEach(this::tellUnnamed);
        return unnamed.isEmpty();
    }

    private DemoRun run(DemoPrompt prompt, RunTrace trace) throws IOException {
        terminal.println(terminal.bold(prompt.text()));
        RunState run = trace.record("TextToImageToText", span -> textToImageToText(prompt, span));
        RunState asked = trace.record(
                "AskImage",
                span -> quiet(events -> client.askImage(prompt.askRequest(DemoRun.picture(run)), span, events)));
        Answer answer = asked.node("answer_question").result().getAnswer().unpack(Answer.class);
        ClassifyResponse classes = trace.record("Classify", span -> classify(prompt, run, span));
        DemoRun made = new DemoRun(prompt, run, asked, answer, classes);
        terminal.println("ask: " + prompt.question() + " " + made.answerText());
        terminal.println("classify: " + best(classes));
        terminal.println("");
        return made;
    }

    private RunState textToImageToText(DemoPrompt prompt, TraceParent span) {
        return ShownRun.on(terminal, events -> client.textToImageToText(prompt.request(), span, events));
    }

    /** A run that is not shown while it happens. */
    private RunState quiet(Consumer<Consumer<WorkflowEvent>> call) {
        List<RunState> attempts = new ArrayList<>();
        RefusedCalls.run(
                () -> {
                    RunState run = new RunState();
                    attempts.add(run);
                    call.accept(run::apply);
                },
                delay -> ShownRun.tellRefusal(terminal, delay));
        return attempts.get(attempts.size() - 1);
    }

    private DemoOutlines outlines(DemoPicture from, RunTrace trace) throws IOException {
        RunState run = trace.record(
                "RunWorkflow",
                span -> quiet(events -> client.runWorkflow(DemoOutlines.request(from.image()), span, events)));
        DemoOutlines outlines = DemoOutlines.of(from, run);
        terminal.println("painted along the edges of \"%s\" in %s: %s"
                .formatted(
                        from.text(),
                        TimeText.seconds(run.elapsed()),
                        outlines.made().text()));
        List<Path> files = new ArrayList<>();
        for (DemoPicture picture : outlines.pictures()) {
            files.add(output.write(picture));
        }
        PictureRow.of(files, terminal).forEach(terminal::println);
        return outlines;
    }

    private List<DemoPicture> gallery(RunTrace trace) {
        RunState run = trace.record(
                "RunWorkflow", span -> quiet(events -> client.runWorkflow(DemoGallery.request(), span, events)));
        List<DemoPicture> pictures = DemoGallery.pictures(run);
        terminal.println("painted side by side in %s: %s"
                .formatted(
                        TimeText.seconds(run.elapsed()),
                        pictures.stream().map(DemoPicture::text).collect(Collectors.joining(", "))));
        return pictures;
    }

    private List<DemoSearch> searches(List<DemoRun> runs, List<DemoPicture> gallery, RunTrace trace)
            throws IOException {
        Map<Path, DemoPicture> files = new HashMap<>();
        for (DemoRun run : runs) {
            files.put(output.write(run.picture()), run.picture());
        }
        for (DemoPicture picture : gallery) {
            files.put(output.write(picture), picture);
        }
        return new DemoCollection(client, terminal).search(files, trace);
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
