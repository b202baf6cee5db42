package multimodal.image.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import multimodal.image.testing.Options;
import multimodal.inference.repository.Safetensors;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.media.Picture;

/** What {@code models/golden/diffusion.py} made of the model that ships. */
final class DiffusionGoldens {

    private static final GoldenTensors GOLDENS = GoldenTensors.read(file());

    /** One picture with all its stages. */
    record Case(JsonNode said) {

        String name() {
            return said.required("name").asText();
        }

        GenerateImageOptions options() {
            return new Options()
                    .prompt(said.required("prompt").asText())
                    .negativePrompt(said.required("negative_prompt").asText())
                    .steps(said.required("steps").asInt())
                    .guidanceScale((float) said.required("guidance_scale").asDouble())
                    .seed(said.required("seed").asLong())
                    .size(
                            said.required("width").asInt(),
                            said.required("height").asInt())
                    .eta((float) said.required("eta").asDouble())
                    .build();
        }

        /** Whether {@link #latents} has the latents before the first step and after each, not the last ones alone. */
        boolean hasAllLatents() {
            return said.required("all_latents").asBoolean();
        }

        Tensor latents() {
            return tensor("latents");
        }

        /** A stage of the row of the negative prompt (0) and that of the prompt (1). */
        Tensor tensor(String stage) {
            return GOLDENS.tensor(name() + "_" + stage);
        }

        Picture picture() {
            try (Safetensors safetensors = Safetensors.open(file())) {
                Tensor pixels = safetensors.tensor(name() + "_pixels");
                byte[] rgb = new byte[pixels.longs().length];
                for (int i = 0; i < rgb.length; i++) {
                    rgb[i] = (byte) pixels.longs()[i];
                }
                return new Picture(pixels.shape().dimension(1), pixels.shape().dimension(0), rgb);
            }
        }

        @Override
        public String toString() {
            return name();
        }
    }

    private DiffusionGoldens() {}

    static List<Case> cases() {
        return GOLDENS.cases(null).stream().map(Case::new).toList();
    }

    private static Path file() {
        return Path.of(System.getProperty("fleet.root"), "models", "golden", "diffusion.safetensors");
    }
}
