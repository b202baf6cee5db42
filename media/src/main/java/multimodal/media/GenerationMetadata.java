package multimodal.media;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a generated picture was made, as it stands in the file's text chunks under the names of these components.
 *
 * @param prompt what the picture was to show
 * @param negativePrompt what it was not to show, possibly empty
 * @param seed of its initial noise
 * @param model name in the model repository
 * @param version of the model
 * @param steps denoising steps
 * @param guidanceScale classifier-free guidance
 * @param scheduler noise scheduler with its settings, e.g. {@code ddim, eta 0.0, trailing}
 * @param strength how far it went from the picture it began with, 0 to 1; empty if it began with none
 * @param unClip model that told what it was to be like, e.g. {@code sticker-unclip/1}; empty if words did
 * @param width in pixels
 * @param height in pixels
 */
public record GenerationMetadata(
        String prompt,
        String negativePrompt,
        long seed,
        String model,
        String version,
        int steps,
        float guidanceScale,
        String scheduler,
        Optional<Float> strength,
        Optional<String> unClip,
        int width,
        int height) {

    private static final String SOFTWARE = "Multimodal Fleet";

    /**
     * The settings in a PNG that {@link PngEncoder} wrote; empty if there are none or they cannot be read.
     *
     * @throws MediaException if {@code png} is not an intact PNG
     */
    public static Optional<GenerationMetadata> read(byte[] png) {
        if (PictureFormat.detect(png) != PictureFormat.PNG) {
            return Optional.empty();
        }
        Map<String, String> texts = PngFile.texts(png);
        try {
            return SOFTWARE.equals(texts.get("Software")) ? Optional.of(parse(texts)) : Optional.empty();
        } catch (IllegalArgumentException | NullPointerException unreadable) {
            return Optional.empty();
        }
    }

    private static GenerationMetadata parse(Map<String, String> texts) {
        String[] size = texts.get("size").split("x", 2);
        return new GenerationMetadata(
                texts.get("prompt"),
                texts.get("negative_prompt"),
                Long.parseLong(texts.get("seed")),
                texts.get("model"),
                texts.get("version"),
                Integer.parseInt(texts.get("steps")),
                Float.parseFloat(texts.get("guidance_scale")),
                texts.get("scheduler"),
                Optional.ofNullable(texts.get("strength")).map(Float::valueOf),
                Optional.ofNullable(texts.get("unclip")),
                Integer.parseInt(size[0]),
                Integer.parseInt(size[1]));
    }

    List<PngText> texts() {
        List<PngText> texts = new ArrayList<>(List.of(
                new PngText("Software", SOFTWARE),
                new PngText("prompt", prompt),
                new PngText("negative_prompt", negativePrompt),
                new PngText("seed", Long.toString(seed)),
                new PngText("model", model),
                new PngText("version", version),
                new PngText("steps", Integer.toString(steps)),
                new PngText("guidance_scale", Float.toString(guidanceScale)),
                new PngText("scheduler", scheduler),
                new PngText("size", width + "x" + height)));
        strength.ifPresent(value -> texts.add(new PngText("strength", value.toString())));
        unClip.ifPresent(model -> texts.add(new PngText("unclip", model)));
        return texts;
    }
}
