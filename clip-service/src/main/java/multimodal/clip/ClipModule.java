package multimodal.clip;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import multimodal.clip.index.GroupCommit;
import multimodal.clip.index.ImageIndex;
import multimodal.clip.index.LuceneImageIndex;
import multimodal.clip.index.MeteredImageIndex;
import multimodal.clip.index.PostgresImageIndex;
import multimodal.clip.pipeline.Answerer;
import multimodal.clip.pipeline.Captioner;
import multimodal.clip.pipeline.Comparer;
import multimodal.clip.pipeline.ContentEncoder;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.pipeline.ImageIndexer;
import multimodal.clip.pipeline.ImageSearcher;
import multimodal.clip.pipeline.ModalityFuser;
import multimodal.clip.pipeline.TextContinuer;
import multimodal.clip.pipeline.ZeroShotClassifier;
import multimodal.clip.rpc.Calls;
import multimodal.clip.rpc.ImageSearchCalls;
import multimodal.clip.rpc.Models;
import multimodal.clip.steps.CrossModalEncoder;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.QuestionEncoder;
import multimodal.clip.steps.TextEncoder;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.server.CallExecutor;
import multimodal.common.server.ServingState;
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
                VisionLanguageServiceGrpc.SERVICE_NAME,
                        Set.of(Models.CAPTION, Models.QUESTIONS, Models.TEXT, Models.MATCHING)));
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
    ImageIndex imageIndex(IndexConfig config, MeterRegistry meters) {
        ImageIndex index = config.postgres()
                .url()
                .<ImageIndex>map(url -> PostgresImageIndex.open(
                        url,
                        config.postgres().user(),
                        config.postgres().password().orElse(""),
                        config.postgres().connections(),
                        config.fsync()))
                .orElseGet(() -> new LuceneImageIndex(config.directory(), config.fsync()));
        return new MeteredImageIndex(index, meters);
    }

    void closeIndex(@Disposes ImageIndex index) {
        index.close();
    }

    @Produces
    @Singleton
    ImageSearchCalls imageSearch(
            IndexConfig config,
            Calls calls,
            Models models,
            PictureReader reader,
            Embedder embedder,
            ImageIndex index,
            ServingState serving) {
        GroupCommit commits = new GroupCommit(index, Executors.newCachedThreadPool(ClipModule::committer));
        return new ImageSearchCalls(
                calls,
                models,
                reader,
                index,
                new ImageIndexer(embedder, commits),
                new ImageSearcher(embedder, index),
                serving,
                config.streams());
    }

    /** Does not keep the process: what its callers were not told of may be lost. */
    private static Thread committer(Runnable commit) {
        Thread thread = new Thread(commit, "image-index-commit");
        thread.setDaemon(true);
        return thread;
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

    @Produces
    @Singleton
    ModalityFuser fuser(PictureEncoder pictures) {
        return new ModalityFuser(pictures, new CrossModalEncoder());
    }
}
