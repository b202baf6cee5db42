package multimodal.client.command;

import java.io.PrintWriter;
import java.util.Set;
import multimodal.client.terminal.Terminal;
import picocli.CommandLine.Option;

/** What is known of the terminal; the script {@code fleet} tells, for Java cannot ask whether one stream is a terminal. */
final class TerminalOptions {

    private static final Set<String> TRUE_COLOUR = Set.of("truecolor", "24bit");

    @Option(names = "--tty", hidden = true)
    boolean tty;

    @Option(names = "--columns", hidden = true)
    int columns = Terminal.DEFAULT_COLUMNS;

    @Option(names = "--rows", hidden = true)
    int rows = Terminal.DEFAULT_ROWS;

    @Option(names = "--term", defaultValue = "${env:TERM}", hidden = true)
    String term;

    @Option(names = "--colorterm", defaultValue = "${env:COLORTERM}", hidden = true)
    String colorTerm;

    @Option(names = "--no-color", defaultValue = "${env:NO_COLOR}", hidden = true)
    String noColor;

    /**
     * Pictures and bars if standard output is a 24-bit terminal, {@code TERM} is not {@code dumb} and {@code NO_COLOR} is
     * unset or empty; else plain lines.
     */
    Terminal on(PrintWriter out) {
        return new Terminal(out, isRich(), columns, rows);
    }

    /**
     * Where progress is told: with the answer on a terminal, else apart from it, so that who reads the answer gets nothing
     * else.
     */
    Terminal progressOn(PrintWriter out, PrintWriter err) {
        return on(tty ? out : err);
    }

    boolean isRich() {
        boolean colourless = noColor != null && !noColor.isEmpty();
        return tty && !"dumb".equals(term) && colorTerm != null && TRUE_COLOUR.contains(colorTerm) && !colourless;
    }
}
