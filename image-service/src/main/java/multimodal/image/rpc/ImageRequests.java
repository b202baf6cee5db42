package multimodal.image.rpc;

import static multimodal.image.pipeline.GenerateImageOptions.MAX_GUIDANCE_SCALE;
import static multimodal.image.pipeline.GenerateImageOptions.MAX_IMAGES;
import static multimodal.image.pipeline.GenerateImageOptions.MAX_PROMPT_CHARACTERS;
import static multimodal.image.pipeline.GenerateImageOptions.MAX_STEPS;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.security.SecureRandom;
import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Likeness;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.image.v1.VaryImageRequest;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.media.PictureScaler;

/** Requests to options: defaults filled in from the model, and every violation told at once. */
final class ImageRequests {

    private static final SecureRandom SEEDS = new SecureRandom();

    private ImageRequests() {}

    /**
     * The options of a request.
     *
     * @param used keeps what the request uses
     * @throws io.grpc.StatusRuntimeException {@code INVALID_ARGUMENT} with every violation
     */
    static GenerateImageOptions generateImage(
            GenerateImageRequest request, DiffusionModel model, RequestPictures pictures, UsedModels used) {
        Violations violations = new Violations();
        Optional<Likeness> likeness = LikenessRequests.generated(request, used, violations);
        if (request.getGuessMode() || request.hasImageEmbedding()) {
            violations.requireLength("prompt", request.getPrompt(), MAX_PROMPT_CHARACTERS);
        } else {
            violations.requireText("prompt", request.getPrompt(), MAX_PROMPT_CHARACTERS);
        }
        return options(request, likeness, model, pictures, used, violations);
    }

    /** As {@link #generateImage}, of variations of a picture. */
    static GenerateImageOptions varyImage(
            VaryImageRequest request, DiffusionModel model, RequestPictures pictures, UsedModels used) {
        Violations violations = new Violations();
        Optional<Likeness> likeness = LikenessRequests.varied(request, used, pictures, violations);
        return options(painting(request), likeness, model, pictures, used, violations);
    }

    /** How variations are painted: what the fields say that both kinds of requests have. */
    private static GenerateImageRequest painting(VaryImageRequest request) {
        GenerateImageRequest.Builder painting = GenerateImageRequest.newBuilder();
        request.getAllFields().forEach((field, value) -> {
            FieldDescriptor same = GenerateImageRequest.getDescriptor().findFieldByName(field.getName());
            if (same != null) {
                painting.setField(same, value);
            }
        });
        return painting.build();
    }

    private static GenerateImageOptions options(
            GenerateImageRequest request,
            Optional<Likeness> likeness,
            DiffusionModel model,
            RequestPictures pictures,
            UsedModels used,
            Violations violations) {
        int steps = request.hasSteps() ? request.getSteps() : model.defaultSteps();
        float guidanceScale = request.hasGuidanceScale() ? request.getGuidanceScale() : model.defaultGuidanceScale();
        int width = request.hasWidth() ? request.getWidth() : model.size().byDefault();
        int height = request.hasHeight() ? request.getHeight() : model.size().byDefault();
        int imageCount = request.hasImageCount() ? request.getImageCount() : 1;

        violations.require(
                request.getPipeline() != ImagePipeline.UNRECOGNIZED,
                "pipeline",
                request.getPipelineValue(),
                "a value of ImagePipeline");
        violations.requireLength("negative_prompt", request.getNegativePrompt(), MAX_PROMPT_CHARACTERS);
        violations.requireRange("steps", steps, 1, MAX_STEPS);
        violations.requireRange("guidance_scale", guidanceScale, 0, MAX_GUIDANCE_SCALE);
        boolean hasSize = violations.require(
                        model.size().allows(width), "width", width, model.size().rule())
                & violations.require(
                        model.size().allows(height),
                        "height",
                        height,
                        model.size().rule());
        violations.requireRange("image_count", imageCount, 1, MAX_IMAGES);
        violations.requireRange("preview_interval", request.getPreviewInterval(), 0, MAX_STEPS);
        Optional<SchedulerChoice> scheduler = SchedulerRequests.scheduler(request.getScheduler(), model, violations);
        Optional<InitImage> init = InitImageRequests.init(
                request,
                model,
                pictures,
                picture -> hasSize && !request.hasMask() ? PictureScaler.resize(picture, width, height) : picture,
                violations);
        Optional<Hole> hole = HoleRequests.hole(request, model, init, width, height, pictures, violations);
        ControlRequests controls = ControlRequests.parse(request, model, width, height, pictures, violations);
        violations.throwIfAny();

        return new GenerateImageOptions(
                request.getPrompt(),
                request.getNegativePrompt(),
                steps,
                new ClassifierFreeGuidance(guidanceScale),
                request.hasSeed() ? request.getSeed() : drawSeed(),
                width,
                height,
                imageCount,
                request.getPreviewInterval(),
                scheduler,
                init.map(start -> hole.map(part -> start.with(part.picture())).orElse(start)),
                controls.join(used, hole.flatMap(Hole::cut)),
                hole,
                likeness);
    }

    /** As many bits as count, so that a person can type it again. */
    private static long drawSeed() {
        return Integer.toUnsignedLong(SEEDS.nextInt());
    }
}
