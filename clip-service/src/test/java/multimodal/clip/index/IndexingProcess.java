package multimodal.clip.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import multimodal.clip.testing.Points;
import multimodal.inference.repository.ModelId;

/**
 * A process that fills an index until it is killed, with four writers through one {@link GroupCommit}. It prints the id of
 * each image once that is acknowledged, one a line. Arguments: the folder of the index, and a number that no other process
 * on it has had.
 */
final class IndexingProcess {

    static final VectorSpace SPACE = new VectorSpace(new ModelId("clip", "1"), 16);
    static final String COLLECTION = "pictures";

    private static final int WRITERS = 4;
    private static final int IMAGES_AT_ONCE = 3;

    private IndexingProcess() {}

    public static void main(String[] arguments) throws IOException {
        ImageIndex index = new LuceneImageIndex(Path.of(arguments[0]), true);
        index.open(COLLECTION, SPACE);
        GroupCommit commits = new GroupCommit(index, Executors.newCachedThreadPool());
        List<float[]> points = Points.uniform(100, SPACE.dimension(), Integer.parseInt(arguments[1]));
        for (int writer = 0; writer < WRITERS; writer++) {
            String prefix = arguments[1] + "." + writer + ".";
            Thread thread = new Thread(() -> write(commits, points, prefix));
            thread.setDaemon(true);
            thread.start();
        }
        // It is killed long before; without a parent it must not live on.
        System.in.transferTo(System.err);
    }

    private static void write(GroupCommit commits, List<float[]> points, String prefix) {
        for (int number = 0; ; number += IMAGES_AT_ONCE) {
            List<IndexedImage> images = IntStream.range(number, number + IMAGES_AT_ONCE)
                    .mapToObj(i -> new IndexedImage(prefix + i, points.get(i % points.size()), Map.of()))
                    .toList();
            commits.put(COLLECTION, SPACE, images).join();
            System.out.print(images.stream().map(image -> image.id() + "\n").collect(Collectors.joining()));
            System.out.flush();
        }
    }
}
