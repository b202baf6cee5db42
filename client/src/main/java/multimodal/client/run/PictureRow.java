package multimodal.client.run;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import multimodal.client.terminal.DisplayWidth;
import multimodal.client.terminal.HalfBlocks;
import multimodal.client.terminal.Terminal;
import multimodal.common.v1.Image;
import multimodal.media.MediaException;

/** The first pictures of a list side by side, each above its number, as many as the terminal has room for. */
public final class PictureRow {
    private static final int COLUMNS = 18;
    private static final String GAP = "  ";

    private PictureRow() {}

    /** The lines; none where the terminal draws no pictures. A file that is not here any more leaves its place empty. */
    public static List<String> of(List<Path> files, Terminal terminal) {
        if (!terminal.rich()) {
            return List.of();
        }
        int count = Math.min(files.size(), terminal.columns() / (COLUMNS + GAP.length()));
        List<List<String>> drawn =
                files.subList(0, count).stream().map(PictureRow::draw).toList();
        int height = drawn.stream().mapToInt(List::size).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < height; row++) {
            StringBuilder line = new StringBuilder();
            for (List<String> picture : drawn) {
                line.append(row < picture.size() ? picture.get(row) : " ".repeat(COLUMNS))
                        .append(GAP);
            }
            lines.add(line.toString());
        }
        StringBuilder numbers = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            numbers.append(DisplayWidth.padRight(Integer.toString(i), COLUMNS)).append(GAP);
        }
        lines.add(numbers.toString().stripTrailing());
        return lines;
    }

    private static List<String> draw(Path file) {
        try {
            Image image = Image.newBuilder()
                    .setData(ByteString.copyFrom(Files.readAllBytes(file)))
                    .build();
            return HalfBlocks.draw(Pictures.decode(image), COLUMNS);
        } catch (IOException | MediaException e) {
            return List.of();
        }
    }
}
