package multimodal.image;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import multimodal.image.pipeline.EdgeDetection;
import multimodal.image.pipeline.PromptCatalogue;
import multimodal.image.pipeline.PromptEnhancer;
import multimodal.image.pipeline.PromptPart.Kind;
import multimodal.image.pipeline.TextToImage;
import multimodal.image.rpc.ControlNets;
import multimodal.image.rpc.DiffusionModels;
import multimodal.image.rpc.RequestPictures;
import multimodal.image.rpc.UnClipModels;
import multimodal.image.steps.ControlNet;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.UnClipModel;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.lifecycle.ModelQuery;
import multimodal.inference.rpc.ModelMessages;
import multimodal.inference.rpc.ServedTasks;
import multimodal.media.BoundedDecoder;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;

/** Puts the service together: the only class here that wires. */
@Singleton
public class ImageModule {

    @Produces
    @Singleton
    ServedTasks tasks() {
        return new ServedTasks(
                Map.of(ImageServiceGrpc.SERVICE_NAME, Set.of(DiffusionModel.TASK)),
                Set.of(ControlNet.TASK, UnClipModel.TASK));
    }

    @Produces
    @Singleton
    DiffusionModels models(InferenceRuntime runtime) {
        return (model, context, onLoading) -> DiffusionModel.of(
                runtime.registry().find(ModelMessages.query(DiffusionModel.TASK, model), context, onLoading));
    }

    @Produces
    @Singleton
    ControlNets controlNets(InferenceRuntime runtime) {
        return (model, base, context, onLoading) -> {
            Map<String, Object> suiting = Map.of(ControlNet.BASE, base, ControlNet.CONDITIONING, "canny");
            ModelQuery query = ModelMessages.query(ControlNet.TASK, model).withParameters(suiting);
            return ControlNet.of(runtime.registry().find(query, context, onLoading));
        };
    }

    @Produces
    @Singleton
    UnClipModels unClipModels(InferenceRuntime runtime) {
        return (model, base, context, onLoading) -> {
            ModelQuery query =
                    ModelMessages.query(UnClipModel.TASK, model).withParameters(Map.of(UnClipModel.BASE, base));
            return UnClipModel.of(runtime.registry().find(query, context, onLoading));
        };
    }

    @Produces
    @Singleton
    TextToImage textToImage() {
        return new TextToImage();
    }

    @Produces
    @Singleton
    RequestPictures pictures(ImageConfig config) {
        return new RequestPictures(
                new BoundedDecoder(new PictureDecoder(PictureLimits.DEFAULT), config.pictureDecoders()));
    }

    @Produces
    @Singleton
    PromptEnhancer promptEnhancer(ImageConfig config) {
        return new PromptEnhancer(catalogue(config.prompts()));
    }

    static PromptCatalogue catalogue(PromptsConfig prompts) {
        return new PromptCatalogue(Map.of(
                Kind.STYLE, words(prompts.styles()),
                Kind.MOOD, words(prompts.moods()),
                Kind.QUALITY, words(prompts.quality())));
    }

    private static Map<String, PromptCatalogue.Words> words(Map<String, PromptsConfig.Words> entries) {
        return entries.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new PromptCatalogue.Words(
                                entry.getValue().english(), entry.getValue().chinese())));
    }

    @Produces
    @Singleton
    EdgeDetection edgeDetection() {
        return new EdgeDetection();
    }
}
