package multimodal.client.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import multimodal.client.terminal.DisplayWidth;
import multimodal.client.terminal.Terminal;
import multimodal.client.testing.Golden;
import multimodal.client.testing.ScriptedRuns;
import multimodal.common.v1.Language;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import org.junit.jupiter.api.Test;

class RunViewTest {

    private static final int COLUMNS = 80;
    private static final List<WorkflowEvent> ENGLISH = ScriptedRuns.castle(request(Language.LANGUAGE_ENGLISH));
    private static final List<WorkflowEvent> CHINESE = ScriptedRuns.castle(request(Language.LANGUAGE_CHINESE));

    @Test
    void plainLinesStayAsTheyWereWritten() throws IOException {
        Golden.assertMatches("plain-run.txt", shown(false, ENGLISH));
        assertThat(shown(false, ENGLISH)).doesNotContain("\u001b");
    }

    @Test
    void aTerminalShowsPictureBarsAndTexts() throws IOException {
        Golden.assertMatches("live-run.txt", lastFrame(ENGLISH));
    }

    @Test
    void aNodeThatFailsIsShownAsFailed() throws IOException {
        Golden.assertMatches("plain-failure.txt", shown(false, ScriptedRuns.withoutCaptioner()));
        assertThat(lastFrame(ScriptedRuns.withoutCaptioner())).contains("connection refused");
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        for (String line : lastFrame(CHINESE).split("\n", -1)) {
            String visible = line.replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "");
            assertThat(DisplayWidth.of(visible)).isLessThanOrEqualTo(COLUMNS);
        }
    }

    @Test
    void everyFrameStartsWhereTheOneBeforeDid() {
        String all = shown(true, ENGLISH);
        assertThat(all.split("\r", -1)).hasSize(ENGLISH.size() + 1);
        assertThat(all).contains("\r\u001b[18A");
    }

    private static String lastFrame(List<WorkflowEvent> events) {
        String all = shown(true, events);
        return all.substring(all.lastIndexOf('\r') + 1);
    }

    private static String shown(boolean rich, List<WorkflowEvent> events) {
        StringWriter out = new StringWriter();
        RunView view = RunView.on(new Terminal(new PrintWriter(out), rich, COLUMNS));
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
