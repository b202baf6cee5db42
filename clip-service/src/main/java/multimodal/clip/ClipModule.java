package multimodal.clip;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import multimodal.clip.pipeline.Answerer;
import multimodal.clip.pipeline.Captioner;
import multimodal.clip.pipeline.Comparer;
import multimodal.clip.pipeline.ContentEncoder;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.pipeline.TextContinuer;
import multimodal.clip.pipeline.ZeroShotClassifier;
import multimodal.clip.rpc.Calls;
import multimodal.clip.rpc.Models;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.QuestionEncoder;
import multimodal.clip.steps.TextEncoder;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.server.CallExecutor;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.rpc.ServedTasks;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;

/** Puts the service together: the only class here that wires. */
@Singleton
public class ClipModule {

    @Produces
    @Singleton
    ServedTasks tasks() {
        return new ServedTasks(Map.of(
                ClipServiceGrpc.SERVICE_NAME, Set.of(Models.CLIP),
                VisionLanguageServiceGrpc.SERVICE_NAME, Set.of(Models.CAPTION, Models.QUESTIONS, Models.TEXT)));
    }

    @Produces
    @Singleton
    Models models(InferenceRuntime runtime) {
        return new Models(runtime.registry()::find);
    }

    @Produces
    @Singleton
    Calls calls(CallExecutor executor) {
        return new Calls(executor);
    }

    @Produces
    @Singleton
    PictureReader pictureReader(ClipConfig config) {
        return new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), config.pictureDecoders());
    }

    @Produces
    @Singleton
    PictureEncoder pictureEncoder(PictureReader reader) {
        return new PictureEncoder(reader);
    }

    @Produces
    @Singleton
    ContentEncoder contentEncoder(PictureEncoder pictures) {
        return new ContentEncoder(new TextEncoder(), pictures);
    }

    @Produces
    @Singleton
    Embedder embedder(ContentEncoder encoder) {
        return new Embedder(encoder);
    }

    @Produces
    @Singleton
    Comparer comparer(ContentEncoder encoder) {
        return new Comparer(encoder);
    }

    @Produces
    @Singleton
    ZeroShotClassifier classifier(ContentEncoder encoder) {
        return new ZeroShotClassifier(encoder);
    }

    @Produces
    @Singleton
    Captioner captioner(PictureEncoder pictures) {
        return new Captioner(pictures);
    }

    @Produces
    @Singleton
    Answerer answerer(PictureEncoder pictures) {
        return new Answerer(pictures, new QuestionEncoder());
    }

    @Produces
    @Singleton
    TextContinuer continuer() {
        return new TextContinuer();
    }
}
