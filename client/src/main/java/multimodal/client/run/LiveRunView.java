package multimodal.client.run;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import multimodal.client.TimeText;
import multimodal.client.terminal.Ansi;
import multimodal.client.terminal.DisplayWidth;
import multimodal.client.terminal.HalfBlocks;
import multimodal.client.terminal.ProgressBar;
import multimodal.client.terminal.Terminal;
import multimodal.common.v1.Image;
import multimodal.gateway.v1.WorkflowEvent;

/**
 * Draws a run in place: the picture as it comes out of the noise on the left, each node with its bar and text on the right.
 * A frame is never larger than the terminal, for it could not be drawn over; of texts too long for it the end is shown.
 */
final class LiveRunView implements RunView {

    private static final int MAX_PICTURE_COLUMNS = 36;
    private static final int MIN_TEXT_COLUMNS = 24;
    private static final int MAX_TEXT_COLUMNS = 60;
    private static final String GAP = "   ";
    private static final int RUNNING = 0x4C8BF5;
    private static final int DONE = 0x2EA36A;
    private static final int FAILED = 0xD9534F;
    private static final int WAITING = 0x808890;

    private final Terminal terminal;
    private final int maxLines;
    private final int pictureColumns;
    private final int textColumns;
    private int linesDrawn;
    private ByteString drawnPicture = ByteString.EMPTY;
    private List<String> pictureLines = List.of();

    LiveRunView(Terminal terminal) {
        this.terminal = terminal;
        this.maxLines = terminal.rows() - 1;
        int room = terminal.columns() - GAP.length() - 1;
        this.pictureColumns = Math.min(MAX_PICTURE_COLUMNS, Math.min(room - MIN_TEXT_COLUMNS, 2 * maxLines));
        this.textColumns = Math.min(MAX_TEXT_COLUMNS, room - pictureColumns);
    }

    @Override
    public void show(RunState run, WorkflowEvent event) {
        picture(run).ifPresent(this::take);
        List<String> texts = texts(run);
        int lines = Math.max(Math.max(pictureColumns / 2, texts.size()), linesDrawn);
        StringBuilder frame = new StringBuilder(Ansi.up(linesDrawn));
        for (int i = 0; i < lines; i++) {
            frame.append(i < pictureLines.size() ? pictureLines.get(i) : " ".repeat(pictureColumns))
                    .append(GAP)
                    .append(i < texts.size() ? texts.get(i) : "")
                    .append(Ansi.CLEAR_TO_END)
                    .append('\n');
        }
        linesDrawn = lines;
        terminal.out().print(frame);
        terminal.out().flush();
    }

    private static Optional<Image> picture(RunState run) {
        for (NodeState node : run.nodes()) {
            if (node.picture().isPresent()) {
                return node.picture();
            }
            if (!node.previews().isEmpty()) {
                return Optional.of(node.previews().get(node.previews().size() - 1));
            }
        }
        return Optional.empty();
    }

    private void take(Image image) {
        if (!image.getData().equals(drawnPicture)) {
            drawnPicture = image.getData();
            pictureLines = HalfBlocks.draw(Pictures.decode(image), pictureColumns);
        }
    }

    private List<String> texts(RunState run) {
        List<String> texts = new ArrayList<>();
        run.nodes().forEach(node -> texts.addAll(lines(node)));
        return texts.subList(Math.max(0, texts.size() - maxLines), texts.size());
    }

    private List<String> lines(NodeState node) {
        List<String> lines = new ArrayList<>();
        lines.add(title(node));
        lines.add(Ansi.coloured(colour(node), bar(node)));
        if (node.phase() == NodeState.Phase.LOADING) {
            lines.addAll(DisplayWidth.wrap(node.loadingModel(), textColumns));
        }
        if (!node.cause().isEmpty()) {
            lines.addAll(DisplayWidth.wrap(node.cause(), textColumns));
        }
        lines.addAll(DisplayWidth.wrap(node.text(), textColumns));
        lines.add("");
        return lines;
    }

    private String title(NodeState node) {
        String count = count(node);
        int room = textColumns - count.length() - 1;
        String id = DisplayWidth.wrap(node.id(), room).get(0);
        return DisplayWidth.padRight(id, room) + " " + Ansi.dim(count);
    }

    private static String count(NodeState node) {
        return switch (node.phase()) {
            case WAITING -> "";
            case LOADING -> "loading";
            case DONE -> node.result().getCached() ? "as before" : TimeText.seconds(node.duration());
            case RUNNING, RETRYING, FAILED ->
                node.progress().getStepCount() > 0
                        ? node.progress().getStep() + "/" + node.progress().getStepCount()
                        : node.tokenCount() + " tokens";
        };
    }

    private String bar(NodeState node) {
        return switch (node.phase()) {
            case WAITING, LOADING -> ProgressBar.filled(0, textColumns);
            case DONE -> ProgressBar.filled(1, textColumns);
            case RUNNING, RETRYING, FAILED ->
                node.progress().getStepCount() > 0
                        ? ProgressBar.filled(
                                (double) node.progress().getStep()
                                        / node.progress().getStepCount(),
                                textColumns)
                        : ProgressBar.sliding(node.tokenCount(), textColumns);
        };
    }

    private static int colour(NodeState node) {
        return switch (node.phase()) {
            case WAITING, LOADING -> WAITING;
            case RUNNING, RETRYING -> RUNNING;
            case DONE -> DONE;
            case FAILED -> FAILED;
        };
    }
}
