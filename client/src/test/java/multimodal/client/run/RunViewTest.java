package multimodal.client.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import multimodal.client.terminal.DisplayWidth;
import multimodal.client.terminal.Terminal;
import multimodal.client.testing.Golden;
import multimodal.client.testing.ScriptedRuns;
import multimodal.common.v1.Language;
import multimodal.common.v1.Progress;
import multimodal.gateway.v1.NodeProgress;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunViewTest {

    private static final int COLUMNS = 80;
    private static final int ROWS = 24;
    private static final List<WorkflowEvent> ENGLISH = ScriptedRuns.castle(request(Language.LANGUAGE_ENGLISH));
    private static final List<WorkflowEvent> CHINESE = ScriptedRuns.castle(request(Language.LANGUAGE_CHINESE));

    @Test
    void plainLinesStayAsTheyWereWritten() throws IOException {
        Golden.assertMatches("plain-run.txt", plain(ENGLISH));
        assertThat(plain(ENGLISH)).doesNotContain("\u001b");
    }

    /** A service tells the first step, the last one, and of quick ones some between. */
    @Test
    void eachTenthOfTheStepsHasOneLineWhicheverStepFillsIt() {
        List<WorkflowEvent> events = new ArrayList<>(ENGLISH.subList(0, 2));
        for (int step : new int[] {1, 4, 5, 9, 10, 30}) {
            events.add(WorkflowEvent.newBuilder()
                    .setNodeProgress(NodeProgress.newBuilder()
                            .setNode("generate_image")
                            .setProgress(Progress.newBuilder().setStep(step).setStepCount(30)))
                    .build());
        }
        assertThat(plain(events).lines().map(line -> line.replaceAll(".*step (\\d+) of.*", "$1")))
                .containsExactly("4", "9", "30");
    }

    @Test
    void aTerminalShowsPictureBarsAndTexts() throws IOException {
        Golden.assertMatches("live-run.txt", lastFrame(ENGLISH));
    }

    @Test
    void aNodeThatFailsIsShownAsFailed() throws IOException {
        Golden.assertMatches("plain-failure.txt", plain(ScriptedRuns.withoutCaptioner()));
        assertThat(lastFrame(ScriptedRuns.withoutCaptioner())).contains("connection refused");
    }

    @Test
    void aModelThatIsBeingLoadedIsShown() {
        List<WorkflowEvent> events = ScriptedRuns.loadingPainter();

        assertThat(plain(events)).isEqualTo("generate_image: loading sticker-diffusion/1\n");
        assertThat(lastFrame(events)).contains("loading", "sticker-diffusion/1");
    }

    @Test
    void whatWasLoadedIsForgottenWhenTheNodeWorks() {
        List<WorkflowEvent> events = new ArrayList<>(ScriptedRuns.loadingPainter());
        events.addAll(ENGLISH.subList(2, 4));

        assertThat(lastFrame(events)).contains("2/4").doesNotContain("sticker-diffusion/1");
    }

    @ParameterizedTest
    @CsvSource({"200, 60", "80, 24", "52, 24", "40, 24", "80, 10", "40, 10"})
    void noFrameIsLargerThanTheTerminal(int columns, int rows) {
        for (List<WorkflowEvent> events : List.of(ENGLISH, CHINESE, ScriptedRuns.withoutCaptioner())) {
            String[] lines = lastFrame(events, columns, rows).split("\n", -1);
            assertThat(lines.length).isLessThanOrEqualTo(rows);
            for (String line : lines) {
                String visible = line.replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "");
                assertThat(DisplayWidth.of(visible)).isLessThanOrEqualTo(columns);
            }
        }
    }

    @Test
    void everyFrameStartsWhereTheOneBeforeDid() {
        String all = shown(true, ENGLISH, COLUMNS, ROWS);
        assertThat(all.split("\r", -1)).hasSize(ENGLISH.size() + 1);
        assertThat(all).contains("\r\u001b[18A");
    }

    private static String plain(List<WorkflowEvent> events) {
        return shown(false, events, COLUMNS, ROWS);
    }

    private static String lastFrame(List<WorkflowEvent> events) {
        return lastFrame(events, COLUMNS, ROWS);
    }

    private static String lastFrame(List<WorkflowEvent> events, int columns, int rows) {
        String all = shown(true, events, columns, rows);
        return all.substring(all.lastIndexOf('\r') + 1);
    }

    private static String shown(boolean rich, List<WorkflowEvent> events, int columns, int rows) {
        StringWriter out = new StringWriter();
        RunView view = RunView.on(new Terminal(new PrintWriter(out), rich, columns, rows));
        RunState run = new RunState();
        for (WorkflowEvent event : events) {
            run.apply(event);
            view.show(run, event);
        }
        return out.toString();
    }

    private static TextToImageToTextRequest request(Language language) {
        return TextToImageToTextRequest.newBuilder().setLanguage(language).build();
    }
}
