package multimodal.clip.rpc;

import com.google.protobuf.Duration;
import multimodal.clip.pipeline.WorkInfo;
import multimodal.common.v1.CutText;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.StageTimings;
import multimodal.inference.rpc.ModelMessages;

/** What made a result, as a message. */
final class Infos {

    private Infos() {}

    static GenerationInfo render(WorkInfo info, Call call) {
        GenerationInfo.Builder rendered = GenerationInfo.newBuilder()
                .setModel(ModelMessages.ref(info.model()))
                .setEngine(info.engine())
                .setTimings(StageTimings.newBuilder()
                        .setQueue(duration(info.timings().queue()))
                        .setBatch(duration(info.timings().batch()))
                        .setEngine(duration(info.timings().engine()))
                        .setPostprocess(duration(info.timings().postprocess()))
                        .setTotal(duration(call.elapsed())));
        info.seed().ifPresent(rendered::setSeed);
        info.cutTexts()
                .forEach(cut -> rendered.addCutTexts(
                        CutText.newBuilder().setField(cut.field()).addAllDroppedWords(cut.droppedWords())));
        return rendered.build();
    }

    private static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
