package multimodal.client.search;

import java.nio.file.Path;
import java.time.Duration;
import multimodal.client.run.ShownRun;
import multimodal.client.terminal.Ansi;
import multimodal.client.terminal.ProgressBar;
import multimodal.client.terminal.Terminal;

/** Counts what becomes of files, and shows it: as a bar where the terminal can, else as a line now and then. */
public final class IndexView implements IndexListener {
    private static final int BAR_COLUMNS = 30;
    private static final int FILES_PER_LINE = 100;

    private final Terminal terminal;
    private final int fileCount;
    private int indexedCount;
    private int knownCount;
    private int failedCount;
    private boolean isDrawn;

    /** For {@code fileCount} files. */
    public IndexView(Terminal terminal, int fileCount) {
        this.terminal = terminal;
        this.fileCount = fileCount;
    }

    @Override
    public void onIndexed(Path file) {
        indexedCount++;
        show();
    }

    @Override
    public void onKnown(Path file) {
        knownCount++;
        show();
    }

    @Override
    public void onFailed(Path file, String cause) {
        failedCount++;
        end();
        terminal.println(file + ": " + cause);
        show();
    }

    @Override
    public void onRefused(Duration delay) {
        end();
        ShownRun.tellRefusal(terminal, delay);
    }

    public int failedCount() {
        return failedCount;
    }

    /** Takes the bar away. */
    public void end() {
        if (isDrawn) {
            terminal.out().print(Ansi.up(1) + Ansi.CLEAR_TO_END);
            terminal.out().flush();
            isDrawn = false;
        }
    }

    /** For example {@code pictures: 40 indexed, 2 there before, 1 failed}. */
    public String summary(String collection) {
        return "%s: %d indexed, %d there before, %d failed"
                .formatted(collection, indexedCount, knownCount, failedCount);
    }

    private void show() {
        int done = indexedCount + knownCount + failedCount;
        if (terminal.rich()) {
            end();
            terminal.println("%s %d of %d"
                    .formatted(ProgressBar.filled((double) done / fileCount, BAR_COLUMNS), done, fileCount));
            isDrawn = true;
        } else if (done % FILES_PER_LINE == 0 && done < fileCount) {
            terminal.println("%d of %d".formatted(done, fileCount));
        }
    }
}
