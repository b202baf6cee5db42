package multimodal.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import multimodal.image.v1.GenerateImageRequest;

/**
 * A picture that somebody wants at some time; a line of the files that {@code bench/mix.py} writes.
 *
 * @param atSeconds from the start of the load
 * @param isPatient whether a refusal is answered by trying again when it says, not by going away
 * @param steps of denoising
 * @param guidanceScale 1 for none
 * @param imageCount pictures
 * @param side width and height in pixels
 * @param seed of the first picture
 * @param prompt what it shows
 */
record Arrival(
        double atSeconds,
        boolean isPatient,
        int steps,
        float guidanceScale,
        int imageCount,
        int side,
        long seed,
        String prompt) {

    /** All lines of a file. */
    static List<Arrival> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Arrival::parse).toList();
    }

    private static Arrival parse(String line) {
        String[] fields = line.split("\t");
        return new Arrival(
                Double.parseDouble(fields[0]),
                fields[1].equals("patient"),
                Integer.parseInt(fields[2]),
                Float.parseFloat(fields[3]),
                Integer.parseInt(fields[4]),
                Integer.parseInt(fields[5]),
                Long.parseLong(fields[6]),
                fields[7]);
    }

    GenerateImageRequest request() {
        return GenerateImageRequest.newBuilder()
                .setPrompt(prompt)
                .setSteps(steps)
                .setGuidanceScale(guidanceScale)
                .setImageCount(imageCount)
                .setWidth(side)
                .setHeight(side)
                .setSeed(seed)
                .setPreviewInterval(0)
                .build();
    }
}
