package multimodal.image.rpc;

import static multimodal.image.v1.ImagePipeline.IMAGE_PIPELINE_TEXT_TO_IMAGE;
import static multimodal.image.v1.ImagePipeline.IMAGE_PIPELINE_UNCLIP;
import static multimodal.image.v1.ImagePipeline.IMAGE_PIPELINE_VARIATION;

import com.google.common.primitives.Floats;
import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Embedding;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.UnClipModel;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.VaryImageRequest;

/** What the pictures of a request shall be like. */
final class LikenessRequests {

    /** Of embeddings: far beyond what models make, and no rounding spoils them. */
    private static final double MIN_LENGTH = 0.001;

    private static final double MAX_LENGTH = 1000;

    private LikenessRequests() {}

    /** The likeness that a picture is generated with; empty if words alone say what it shows, or if there was a violation. */
    static Optional<Likeness> generated(GenerateImageRequest request, UsedModels models, Violations violations) {
        boolean isOfPrompt = request.getPipeline() == IMAGE_PIPELINE_UNCLIP;
        if (request.hasImageEmbedding()) {
            violations.require(
                    !isOfPrompt && request.getPipeline() != IMAGE_PIPELINE_TEXT_TO_IMAGE,
                    "image_embedding",
                    "set",
                    "unset for " + request.getPipeline());
            violations.require(
                    request.getPrompt().isEmpty(), "prompt", request.getPrompt(), "empty with image_embedding");
            return embedding(request.getImageEmbedding(), models.unClip(request.getUnclipModel()), violations);
        }
        violations.require(
                request.getPipeline() != IMAGE_PIPELINE_VARIATION,
                "image_embedding",
                "unset",
                "an embedding for IMAGE_PIPELINE_VARIATION");
        violations.require(
                isOfPrompt || !request.hasUnclipModel(),
                "unclip_model",
                "set",
                "unset without image_embedding or IMAGE_PIPELINE_UNCLIP");
        return isOfPrompt ? ofPrompt(models.unClip(request.getUnclipModel()), violations) : Optional.empty();
    }

    private static Optional<Likeness> ofPrompt(UnClipModel model, Violations violations) {
        boolean hasPrior =
                violations.require(model.prior().isPresent(), "unclip_model", name(model), "one with a prior");
        return hasPrior ? Optional.of(Likeness.toPrompt(model)) : Optional.empty();
    }

    private static String name(UnClipModel model) {
        return model.manifest().id().name();
    }

    /** What is varied; empty if there was a violation. */
    static Optional<Likeness> varied(
            VaryImageRequest request, UsedModels models, RequestPictures pictures, Violations violations) {
        UnClipModel model = models.unClip(request.getUnclipModel());
        return switch (request.getSourceCase()) {
            case IMAGE ->
                violations.require(model.seesPictures(), "unclip_model", name(model), "one with an image encoder")
                        ? pictures.read(
                                "image",
                                request.getImage(),
                                violations,
                                picture -> Optional.of(Likeness.toPicture(model, picture)))
                        : Optional.empty();
            case IMAGE_EMBEDDING -> embedding(request.getImageEmbedding(), model, violations);
            case SOURCE_NOT_SET -> {
                violations.add("source", "nothing", "image or image_embedding");
                yield Optional.empty();
            }
        };
    }

    private static Optional<Likeness> embedding(Embedding embedding, UnClipModel model, Violations violations) {
        float[] values = Floats.toArray(embedding.getValuesList());
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        boolean isOfModel = violations.require(
                values.length == model.embeddingLength(),
                "image_embedding.values",
                values.length + " coordinates",
                model.embeddingLength() + " coordinates");
        double length = Math.sqrt(squares);
        boolean hasLength = violations.require(
                length >= MIN_LENGTH && length <= MAX_LENGTH,
                "image_embedding.values",
                "of length " + length,
                "finite, of length 0.001 to 1000");
        return isOfModel && hasLength ? Optional.of(Likeness.toEmbedding(model, values)) : Optional.empty();
    }
}
