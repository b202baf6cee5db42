package multimodal.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that {@code models/golden/pictures.py} wrote. */
final class Goldens {

    private static final Path FOLDER = Path.of(System.getProperty("fleet.root"), "models", "golden", "pictures");
    private static final PictureDecoder DECODER = new PictureDecoder(PictureLimits.DEFAULT);

    private Goldens() {}

    static List<String> inputs() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.contains(".expected"))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(FOLDER.resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Picture decoded(String name) {
        return DECODER.decode(bytes(name));
    }

    static Picture expected(String name) {
        return decoded(name.replaceFirst("\\.\\w+$", "") + ".expected.png");
    }

    /** The largest difference in brightness of any pixel, in levels. */
    static double lumaDifference(Picture one, Picture other) {
        double largest = 0;
        for (int i = 0; i < one.rgb().length; i += 3) {
            largest = Math.max(largest, Math.abs(luma(one.rgb(), i) - luma(other.rgb(), i)));
        }
        return largest;
    }

    private static double luma(byte[] rgb, int i) {
        return 0.299 * (rgb[i] & 0xff) + 0.587 * (rgb[i + 1] & 0xff) + 0.114 * (rgb[i + 2] & 0xff);
    }
}
