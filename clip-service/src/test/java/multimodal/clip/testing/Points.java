package multimodal.clip.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import multimodal.clip.steps.Vectors;

/** Points on the unit sphere, and the truth about which are near. */
public final class Points {

    private Points() {}

    /** Points spread evenly: the hardest case for a graph, for none has near neighbours. */
    public static List<float[]> uniform(int count, int dimension, int seed) {
        Random random = new Random(seed);
        List<float[]> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] point = new float[dimension];
            for (int k = 0; k < dimension; k++) {
                point[k] = (float) random.nextGaussian();
            }
            points.add(Vectors.normalized(point));
        }
        return points;
    }

    /** The cosine of two points. */
    public static float cosine(float[] a, float[] b) {
        float sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    /** Which of {@code points} are nearest to {@code query}, by comparing with each. */
    public static List<Integer> nearest(List<float[]> points, float[] query, int count) {
        return IntStream.range(0, points.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -cosine(points.get(i), query)))
                .limit(count)
                .toList();
    }
}
