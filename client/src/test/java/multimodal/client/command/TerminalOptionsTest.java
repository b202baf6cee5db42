package multimodal.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TerminalOptionsTest {

    @Test
    void a24BitTerminalIsDrawnOn() {
        assertThat(isRich("--tty", "--colorterm=truecolor", "--no-color=", "--term=xterm"))
                .isTrue();
        assertThat(isRich("--tty", "--colorterm=24bit", "--no-color=", "--term=xterm"))
                .isTrue();
    }

    @Test
    void otherTerminalsFilesAndNoColorGetPlainLines() {
        assertThat(isRich("--tty", "--colorterm=", "--no-color=")).isFalse();
        assertThat(isRich("--colorterm=truecolor", "--no-color=")).isFalse();
        assertThat(isRich("--tty", "--colorterm=truecolor", "--no-color=1")).isFalse();
        assertThat(isRich("--tty", "--colorterm=truecolor", "--no-color=", "--term=dumb"))
                .isFalse();
    }

    private static boolean isRich(String... arguments) {
        TerminalOptions options = new TerminalOptions();
        new CommandLine(CommandLine.Model.CommandSpec.wrapWithoutInspection(new Object())
                        .addMixin("terminal", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
                .parseArgs(arguments);
        return options.isRich();
    }
}
