package multimodal.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that {@code models/golden/pictures.py} and {@code edges.py} wrote. */
final class Goldens {

    private static final Path ROOT = Path.of(System.getProperty("fleet.root"), "models", "golden");
    private static final Path FOLDER = ROOT.resolve("pictures");
    private static final Path EDGES = ROOT.resolve("edges");
    private static final PictureDecoder DECODER = new PictureDecoder(PictureLimits.DEFAULT);

    private Goldens() {}

    static List<String> inputs() {
        return names(FOLDER).stream()
                .filter(name -> !name.contains(".expected"))
                .toList();
    }

    static byte[] bytes(String name) {
        return bytes(FOLDER.resolve(name));
    }

    /** The files with edges. */
    static List<String> edges() {
        return names(EDGES);
    }

    static Picture edge(String name) {
        return DECODER.decode(bytes(EDGES.resolve(name)));
    }

    /** The picture of which a file with edges tells, named as there. */
    static Picture source(String stem) {
        return Stream.of(
                        FOLDER.resolve(stem + ".expected.png"),
                        ROOT.resolve("scenes").resolve(stem + ".png"))
                .filter(Files::exists)
                .map(file -> DECODER.decode(bytes(file)))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
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
